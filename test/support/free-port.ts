import { freePort as anyFreePort } from '../../serving/host/ports.ts';

const given = new Set<number>();

/** A port on the loopback interface that no outgoing connection is given and that this process has not asked for before. */
export async function freePort(): Promise<number> {
  const port = await anyFreePort(given);
  given.add(port);
  return port;
}
