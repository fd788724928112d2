import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of a connection: handed through, closed at once, or answered with bytes that mean nothing. */
export type ProxyMode = 'pass' | 'refuse' | 'garbage';

/** Where a proxy listens, or leads to. */
export type Way = { readonly port: number } | { readonly path: string };

/** A way to a server that can be broken and mended under those who use it. */
export interface Proxy {
  /** TCP port; 0 on a Unix socket. */
  readonly port: number;
  /** Connections that came so far. */
  connections(): number;
  /** Applies to connections that are open too: they end. */
  set(mode: ProxyMode): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of `to`; on a free TCP port unless `at` names a Unix socket. */
export async function startProxy(to: Way, at?: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let mode: ProxyMode = 'pass';
  let count = 0;
  const server = createServer({ noDelay: true }, (incoming) => {
    count += 1;
    keep(incoming);
    // A Unix socket knows no reset.
    if (mode === 'refuse') return void (at === undefined ? incoming.resetAndDestroy() : incoming.destroy());
    if (mode === 'garbage') return void incoming.once('data', () => incoming.end(randomBytes(64)));
    const outgoing = 'port' in to ? connect({ ...to, host: '127.0.0.1', noDelay: true }) : connect(to);
    keep(outgoing);
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  server.listen(at === undefined ? { port: 0, host: '127.0.0.1' } : { path: at });
  await once(server, 'listening');
  const address = server.address() as AddressInfo | string;

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  }

  function dropAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port: typeof address === 'string' ? 0 : address.port,
    connections: () => count,
    set(next) {
      mode = next;
      if (next !== 'pass') dropAll();
    },
    async close() {
      dropAll();
      server.close();
      await once(server, 'close');
    },
  };
}
