import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer, request } from './node-http.ts';
import type { Totals } from './totals.ts';

/** What capture tells of itself. */
export interface CaptureReport {
  readonly shed: number;
  readonly duplicates: number;
  readonly queuedRows: number;
  readonly queuedBatches: number;
  /** Age of the oldest batch that waits, in milliseconds; 0 when none does. */
  readonly lagMs: number;
  /** Why the store does not take evidence; `null` when it does. */
  readonly storeFault: string | null;
}

export interface ControlPorts {
  readonly report: () => CaptureReport;
  readonly totals: () => Totals;
  /** The settings file has changed. */
  readonly reload: () => void;
}

/** The process's own small interface on a Unix socket: `GET /` reports, `GET /totals` counts, any `POST` reads the settings again. */
export async function startControl(socketPath: string, ports: ControlPorts): Promise<Server> {
  rmSync(socketPath, { force: true });
  const server = createServer((incoming, response) => {
    try {
      if (incoming.method === 'POST') ports.reload();
      response.end(JSON.stringify(incoming.url === '/totals' ? ports.totals() : ports.report()));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return server;
}

/** The other end: rejects when no capture process answers. */
export async function askControl(socketPath: string, method: 'GET' | 'POST'): Promise<CaptureReport> {
  return (await ask(socketPath, method, '/')) as CaptureReport;
}

/** Rejects when no capture process answers. */
export async function askTotals(socketPath: string): Promise<Totals> {
  return (await ask(socketPath, 'GET', '/totals')) as Totals;
}

function ask(socketPath: string, method: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, timeout: 2000, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`capture refuses: ${text}`));
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('capture gave no answer in 2 s')));
    sent.on('error', reject);
    sent.end();
  });
}
