import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createHttp } from 'node:http';
import { randomBytes } from 'node:crypto';

/**
 * A model server that answers at once, and can be told to misbehave: `POST /fault?mode=refuse|garbage&ms=5000` closes its
 * port, or makes it answer with bytes that are no HTTP, for that long.
 */
const port = Number(process.argv[2]);
const sockets = new Set<Socket>();

const http = createHttp((request, response) => {
  request.resume().on('end', () => {
    const url = new URL(request.url ?? '/', 'http://model');
    const body = request.method === 'POST' ? '{"predictions": [1]}' : '{}';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body, () => {
      if (url.pathname === '/fault') begin(String(url.searchParams.get('mode')), Number(url.searchParams.get('ms')));
    });
  });
});
http.keepAliveTimeout = 120_000;
const garbage = createServer((socket) => {
  keep(socket);
  socket.once('data', () => socket.end(randomBytes(64)));
});
http.on('connection', keep);

function keep(socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}

function begin(mode: string, ms: number): void {
  // After the answer to whoever asked for it is out.
  setImmediate(() => {
    replace(http, mode === 'garbage' ? garbage : null);
    setTimeout(() => replace(mode === 'garbage' ? garbage : null, http), ms);
  });
}

function replace(old: Server | null, next: Server | null): void {
  for (const socket of sockets) socket.destroy();
  const listen = () => next?.listen(port, '127.0.0.1');
  if (old) old.close(listen);
  else listen();
}

// Asked to end, it finishes what it has begun, as real model servers do.
process.once('SIGTERM', () => http.close(() => process.exit(0)));
http.listen(port, '127.0.0.1');
