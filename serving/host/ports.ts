import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

// Below the range from which systems take the ports of outgoing connections: those could grab a server's port while it restarts.
const FIRST = 20_000;
const LAST = 29_999;
const TRIES = 100;

/** A port on the loopback interface that nobody listens on now and that is not in `taken`. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${FIRST} and ${LAST} in ${TRIES} tries`);
}

/** Whether a server could listen on this loopback port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
