import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RealStack } from './stack.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { until } from './until.ts';

const LIMIT_MS = 30_000;

/** A Unix socket with a proxy in its place. */
export interface Tapped {
  readonly proxy: Proxy;
  /** Puts the socket itself back, unless its owner has made a new one meanwhile. */
  remove(): Promise<void>;
}

/** Takes the place of a Unix socket: the server keeps listening on it, under another name. */
export async function tap(path: string): Promise<Tapped> {
  const aside = `${path}.r`;
  renameSync(path, aside);
  const proxy = await startProxy({ path: aside }, path);
  const own = statSync(path).ino;
  return {
    proxy,
    async remove() {
      const replaced = !existsSync(path) || statSync(path).ino !== own;
      await proxy.close();
      if (replaced) rmSync(aside, { force: true });
      else renameSync(aside, path);
    },
  };
}

/** Stands between the serving host and Envoy's admin interface; the host is started anew, so that it comes this way. */
export async function tapAdmin(stack: RealStack): Promise<Tapped[]> {
  const tapped = await tap(join(stack.daemonFolder('envoy'), 'admin.sock'));
  process.kill(await stack.pidOf('serving'), 'SIGKILL');
  await stack.up('serving');
  return [tapped];
}

/** Stands between capture and both who talk to it: Envoy, with its access log, and the serving host. */
export async function tapCapture(stack: RealStack): Promise<Tapped[]> {
  const folder = stack.daemonFolder('capture');
  const [log, control] = [join(folder, 'als.sock'), join(folder, 'control.sock')];
  const [oldLog, oldControl] = [bornAt(log), bornAt(control)];
  // Envoy keeps the connection that it has; a new capture takes a new one, through whatever has that name then.
  process.kill(await stack.pidOfDaemon('capture'), 'SIGKILL');
  await until('the log of a new capture', () => bornAt(log) > oldLog, LIMIT_MS, 1);
  const first = await tap(log);
  await until('the control of a new capture', () => bornAt(control) > oldControl, LIMIT_MS, 1);
  const second = await tap(control);
  await until('Envoy comes this way', () => first.proxy.connections() > 0, LIMIT_MS);
  await delay(500);
  return [first, second];
}

/** Milliseconds since 1970; 0 while there is none. Numbers of files are used again at once, so they tell nothing. */
function bornAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
