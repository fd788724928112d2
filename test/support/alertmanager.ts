import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from '../serving/support/until.ts';
import { ROOT } from './compose.ts';
import { CACHE, type PrometheusPrograms } from './prometheus.ts';

/** An alert as Alertmanager lists it. */
export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

/** A real Alertmanager on the configuration of `deploy/prometheus`, for those who tell it of problems themselves. */
export class Alertmanager {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(programs: PrometheusPrograms, folder: string): Promise<Alertmanager> {
    await mkdir(folder, { recursive: true });
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${join(ROOT, 'deploy/prometheus/alertmanager.yml')}`,
      `--storage.path=${folder}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ];
    const it = new Alertmanager(
      `http://${address}`,
      spawn(programs.alertmanager, args, { stdio: 'ignore', cwd: CACHE }),
    );
    const isReady = () =>
      fetch(`${it.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until('Alertmanager to be ready', isReady);
    return it;
  }

  /** What is wrong now, as far as it was told. */
  async firing(): Promise<ListedAlert[]> {
    const answer = await fetch(`${this.url}/api/v2/alerts`);
    return (await answer.json()) as ListedAlert[];
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
