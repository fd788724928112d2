import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Boundary, Instruction } from '../inject/boundary.ts';
import type { Answer, WorldCall } from './world-call.ts';

/** Who decides about every boundary and every call of the campaign. */
export interface Hub {
  reach(boundary: Boundary): Promise<Instruction>;
  call(call: WorldCall): Promise<Answer>;
}

/** Serves worlds to worker processes on loopback. */
export async function serveWorlds(hub: Hub): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    handle(hub, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function handle(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(await textOf(request)) as unknown;
  if (request.url === '/boundary') {
    response.end(await hub.reach(body as Boundary));
    return;
  }
  const answer = await hub.call(body as WorldCall);
  switch (answer.kind) {
    case 'value':
      response.end(JSON.stringify({ value: answer.value }));
      return;
    case 'failure': {
      const { type, message, details } = answer;
      response.end(JSON.stringify({ failure: type, message, details }));
      return;
    }
    case 'hang up':
      response.destroy();
      return;
    case 'garbage':
      response.end('<html>502 Bad Gateway</html>');
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
