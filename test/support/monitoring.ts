import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from './free-port.ts';
import { until } from '../serving/support/until.ts';
import { ROOT } from './compose.ts';
import { CACHE, type PrometheusPrograms } from './prometheus.ts';

/** What Alertmanager posts to a webhook, as far as tests read it. */
export interface PostedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where the configuration of `deploy/prometheus` finds things, and where they are here. */
export interface Places {
  readonly worker: string;
  readonly serving: string;
  readonly tokenFile: string;
}

/** Real Prometheus and Alertmanager on the files of `deploy/prometheus`, and somebody who is told. */
export class Monitoring {
  readonly posted: PostedAlert[] = [];
  readonly #children: ChildProcess[] = [];
  readonly #sink: Server;
  #url = '';

  private constructor() {
    this.#sink = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        this.posted.push(...(JSON.parse(text) as { alerts: PostedAlert[] }).alerts);
        response.end();
      });
    });
  }

  static async start(programs: PrometheusPrograms, folder: string, places: Places): Promise<Monitoring> {
    const it = new Monitoring();
    await mkdir(folder, { recursive: true });
    const [port, alertPort] = [await freePort(), await freePort()];
    await new Promise<void>((resolve) => it.#sink.listen(0, '127.0.0.1', resolve));
    const sink = `http://127.0.0.1:${(it.#sink.address() as AddressInfo).port}/`;
    const files = { prometheus: join(folder, 'prometheus.yml'), alertmanager: join(folder, 'alertmanager.yml') };
    await writeFile(files.prometheus, prometheusConfig(places, `127.0.0.1:${alertPort}`));
    await writeFile(files.alertmanager, alertmanagerConfig(sink));
    it.#spawn(programs.alertmanager, [
      `--config.file=${files.alertmanager}`,
      `--storage.path=${join(folder, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${alertPort}`,
      '--cluster.listen-address=',
    ]);
    it.#spawn(programs.prometheus, [
      `--config.file=${files.prometheus}`,
      `--storage.tsdb.path=${join(folder, 'series')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    it.#url = `http://127.0.0.1:${port}`;
    await until('Prometheus to be ready', () => answers(`${it.#url}/-/ready`));
    await until('Alertmanager to be ready', () => answers(`http://127.0.0.1:${alertPort}/-/ready`));
    return it;
  }

  /** The answer of Prometheus' HTTP API to `/api/v1/…`. */
  async ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1/${path}`);
    const { data, error } = (await answer.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(`Prometheus: ${error}`);
    return data;
  }

  /** How many series a query returns now. */
  async count(query: string): Promise<number> {
    const { result } = await this.ask<{ result: unknown[] }>(`query?query=${encodeURIComponent(query)}`);
    return result.length;
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    this.#sink.close();
  }

  #spawn(program: string, args: readonly string[]): void {
    this.#children.push(spawn(program, args, { stdio: 'ignore', cwd: CACHE }));
  }
}

/** The file as it is deployed, but for addresses, and for looks every second. */
function prometheusConfig({ worker, serving, tokenFile }: Places, alertmanager: string): string {
  const moved = Object.entries({
    '127.0.0.1:8490': worker,
    '127.0.0.1:8470': serving,
    '127.0.0.1:9093': alertmanager,
    '/var/lib/slipway/serving/token': tokenFile,
    'rules.yml': join(ROOT, 'deploy/prometheus/rules.yml'),
  }).reduce((text, [from, to]) => text.replaceAll(from, to), deployed('prometheus.yml'));
  const config = parse(moved) as object;
  return stringify({ ...config, global: { scrape_interval: '1s', evaluation_interval: '1s' } });
}

function alertmanagerConfig(sink: string): string {
  const config = parse(deployed('alertmanager.yml')) as { route: object; receivers: readonly object[] };
  const receivers = config.receivers.map((receiver) => ({ ...receiver, webhook_configs: [{ url: sink }] }));
  return stringify({ ...config, route: { ...config.route, group_wait: '1s', group_interval: '1s' }, receivers });
}

function deployed(file: string): string {
  return readFileSync(join(ROOT, 'deploy/prometheus', file), 'utf8');
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
