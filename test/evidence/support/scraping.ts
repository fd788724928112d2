import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../serving/support/until.ts';

export const SCRAPE_MS = 200;
export const LIMIT_MS = 60_000;

/** A process that tells its metrics to whoever scrapes it. */
export interface Exporter {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  stop(): void;
}

/** @param lines in Prometheus' text format, asked for anew for every scrape */
export async function startExporter(lines: () => readonly string[]): Promise<Exporter> {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(`${lines().join('\n')}\n`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What Prometheus is to scrape: exporters, and the labels that their series are to get. */
export interface Job {
  readonly job_name: string;
  readonly static_configs: readonly { readonly targets: readonly string[]; readonly labels?: Record<string, string> }[];
}

/** A real Prometheus that scrapes five times a second. */
export interface Scraping {
  readonly url: string;
  /** Of the first series that a query returns now. */
  value(query: string): Promise<number | null>;
  stop(): Promise<void>;
}

export async function startScraping(program: string, jobs: readonly Job[]): Promise<Scraping> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const every = `${SCRAPE_MS}ms`;
  const config = { global: { scrape_interval: every, scrape_timeout: every }, scrape_configs: jobs };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
  const prometheus = spawn(program, [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  const ended = once(prometheus, 'exit');
  await until('Prometheus', () => fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false), Boolean, LIMIT_MS); // prettier-ignore
  return {
    url,
    async value(query) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      return data.result[0] ? Number(data.result[0].value[1]) : null;
    },
    async stop() {
      prometheus.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
