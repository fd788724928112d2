import type { HostConfig } from './config.ts';
import type { Parts } from './parts.ts';
import { announce, readAnnouncement, withdraw } from './announce.ts';
import { CannotRun } from './cannot-run.ts';
import { createApi } from './api/api.ts';
import { createMlflowDownload } from './mlflow-download.ts';
import { createParts } from './parts.ts';
import { createPostgresOutcomes, noOutcomes } from './postgres-outcomes.ts';
import { Host } from './host.ts';
import { isFree } from './ports.ts';
import { join } from 'node:path';
import { loadToken } from './token.ts';
import { lockFile } from './lock.ts';
import { logToStdout as log } from './log.ts';
import { shutdownRunning } from './shutdown-running.ts';
import { TIMINGS } from './settings.ts';

/** Runs the host until it is told to go; resolves when it has. */
export async function runHost(config: HostConfig): Promise<void> {
  const { root } = config;
  const lockPath = join(root, 'host.lock');
  const lock = lockFile(lockPath);
  if (!lock) {
    if (config.shutdown) return shutdownRunning(root, lockPath);
    const other = await readAnnouncement(root);
    const where = other ? ` (process ${other.pid}, ${other.url})` : '';
    throw new CannotRun(`another serving host${where} has the folder ${root}; stop it, or choose another SLIPWAY_HOME`);
  }
  const { host, parts } = createHost(config);
  if (config.shutdown) {
    await host.load();
    await host.shutdown();
  } else {
    await serve(config, host);
    parts.release();
  }
  await withdraw(root);
  lock.release();
}

async function serve({ apiPort, root }: HostConfig, host: Host): Promise<void> {
  if (!(await isFree(apiPort)))
    throw new CannotRun(`port ${apiPort} is taken; set SLIPWAY_SERVING_PORT to another one`);
  // The first wish counts: a signal that comes during a shutdown does not call it off.
  const { promise: wish, resolve: end } = Promise.withResolvers<'leave' | 'shutdown'>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end('leave'));
  const api = createApi({ host, token: await loadToken(join(root, 'token')), shutdown: () => end('shutdown') });

  await host.load();
  await host.start();
  const url = await api.listen({ host: '127.0.0.1', port: apiPort });
  await announce(root, url, host.ports.dataPlane.gateway);
  log('info', 'serving host ready', { url, gateway: host.ports.dataPlane.gateway, pid: process.pid });

  if ((await wish) === 'shutdown') {
    await host.shutdown();
    log('info', 'everything stopped');
  } else {
    await host.leave();
    log('info', 'serving host ends; model servers and Envoy go on');
  }
  await api.close();
}

function createHost(config: HostConfig): { host: Host; parts: Parts } {
  const { databaseUrl, python, root, target } = config;
  const parts = createParts(config);
  const { dataPlane, capture } = parts;
  const outcomes =
    databaseUrl === null ? noOutcomes() : createPostgresOutcomes({ connectionString: databaseUrl, target, log });
  const download = createMlflowDownload(process.env);
  const host = new Host({ root, python, dataPlane, capture, outcomes, download, timings: TIMINGS, log });
  return { host, parts };
}
