import { spawn } from 'node:child_process';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../../domain/model-version.ts';
import { STAMPS } from '../envoy/names.ts';
import { freePort } from '../host/ports.ts';
import type { FaultyServer } from './drill.ts';
import { programOf } from './runtime.ts';
import { spoil } from './spoil.ts';

/**
 * Starts a model server and stands before it with a fault, given as JSON: {@link FaultyServer}. Ends when the server does.
 *
 * Only what came through the gateway, live or as a copy, meets the fault: health checks and the model's own example are asked
 * of the server itself, and are answered truly.
 */
async function main({ port, runtime, ...rest }: FaultyServer): Promise<void> {
  const behind = await freePort(new Set([port]));
  const { command, environment } = programOf(runtime.of, { ...rest, port: behind });
  const [program = '', ...args] = command;
  const server = spawn(program, args, { env: { ...process.env, ...environment }, stdio: 'inherit' });
  server.once('error', (error) => end(error.message));
  server.once('exit', (code, signal) => end(`the server behind it ended with ${signal ?? code}`));
  createServer((request, response) => {
    const fault = request.headers[STAMPS.endpoint] === undefined ? null : runtime.fault;
    answer(request, response, behind, fault).catch(() => response.destroy());
  }).listen(port, '127.0.0.1');
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  fault: Fault | null,
): Promise<void> {
  if (fault?.kind === 'dead') return void request.socket.destroy();
  if (fault?.kind === 'errors') {
    request.resume();
    return refuse(response);
  }
  if (fault?.kind === 'latency') await delay(fault.addMs);
  const { method, url: path, headers } = request;
  const onward = ask({ host: '127.0.0.1', port, method, path, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once('response', resolve);
    onward.once('error', reject);
  });
  await Promise.all([pipeline(request, onward), answered]);
  const reply = await answered;
  const { statusCode = 502, headers: given } = reply;
  if (fault?.kind !== 'wrong-answers') {
    response.writeHead(statusCode, given);
    return pipeline(reply, response);
  }
  const { 'content-length': _, 'transfer-encoding': __, ...kept } = given;
  const body = spoil(await text(reply));
  response.writeHead(statusCode, { ...kept, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function refuse(response: ServerResponse): void {
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end('{"error":"the fault of a drill"}');
}

function end(reason: string): never {
  console.error(reason);
  process.exit(1);
}

await main(JSON.parse(process.argv[2] ?? '') as FaultyServer);
