import { hash, timingSafeEqual } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { PayloadCodec } from '@temporalio/common';
import { PayloadKeyFault } from '../../temporal/payload-keys.ts';
import { payloadBody, readPayload, writePayload, type JsonPayload } from './json-payload.ts';

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Web UIs that may ask, as origins such as `http://127.0.0.1:8233`. */
  readonly uiOrigins: readonly string[];
  /** What `Authorization: Bearer …` must carry; `null` asks for nothing. */
  readonly token: string | null;
}

interface Ask {
  Body: { readonly payloads: readonly JsonPayload[] };
}

/** Far above what Temporal lets a workflow's payloads grow to. */
const BODY_LIMIT = 32 * 1024 * 1024;

/** A codec server as Temporal's Web UI and CLI speak to it: `POST /decode` and `POST /encode`. */
export function createCodecServer({ codec, uiOrigins, token }: CodecServerOptions): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT });
  app.addHook('onRequest', async (request, reply) => {
    allowOrigin(request, reply, uiOrigins);
    if (request.method !== 'OPTIONS' && token !== null) checkBearer(request.headers.authorization, token);
  });
  app.setErrorHandler((error, _request, reply) => {
    const [status, message] = answerTo(error);
    return reply.status(status).send({ message });
  });
  app.options('/*', (_request, reply) => reply.status(204).send());
  app.post<Ask>('/decode', { schema: { body: payloadBody } }, async ({ body }) => ({
    payloads: (await codec.decode(body.payloads.map(readPayload))).map(writePayload),
  }));
  app.post<Ask>('/encode', { schema: { body: payloadBody } }, async ({ body }) => ({
    payloads: (await codec.encode(body.payloads.map(readPayload))).map(writePayload),
  }));
  return app;
}

class Denied extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A page of any other site, open in the same browser, must not read what the keys open. */
function allowOrigin({ headers: { origin } }: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  if (origin === undefined) return;
  if (!allowed.includes(origin)) throw new Denied(403, `the origin ${origin} is not among those allowed to ask`);
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, x-namespace',
    vary: 'origin',
  });
}

function checkBearer(authorization: string | undefined, token: string): void {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  // Hashes have one length, whatever was given.
  if (timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'))) return;
  throw new Denied(401, 'send the token as Authorization: Bearer …');
}

function answerTo(error: unknown): [number, string] {
  if (error instanceof Denied) return [error.status, error.message];
  if (error instanceof PayloadKeyFault) return [400, error.message];
  const { statusCode, message } = error as { statusCode?: number; message: string };
  return statusCode !== undefined && statusCode < 500 ? [statusCode, message] : [500, 'the codec failed'];
}
