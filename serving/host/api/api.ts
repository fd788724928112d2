import type {
  EndpointSettings,
  EnsureVersion,
  Outcome,
  PutRoute,
  VersionProfile,
} from '../../../domain/serving-contract.ts';
import { EXPOSITION_TYPE } from '../../../domain/exposition.ts';
import type { FastifyInstance } from 'fastify';
import { FENCE_HEADER } from '../../../domain/serving-contract.ts';
import { parseFence, type Fence } from '../../../domain/fence.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { Host } from '../host.ts';
import { checkToken } from './token-check.ts';
import {
  endpointPath,
  endpointSettings,
  ensureVersion,
  outcomes,
  putRoute,
  userPath,
  versionPath,
  versionProfile,
  USER_LIMIT,
} from './schemas.ts';
import { fastify } from 'fastify';
import { Refused } from '../refusal.ts';
import { tailLog } from '../log-file.ts';
import { toRefused } from './errors.ts';

export interface ApiOptions {
  readonly host: Host;
  readonly token: string;
  /** Begins to end everything that the host started; `slipway down` asks for it. */
  readonly shutdown: () => void;
}

interface OfEndpoint {
  Params: { endpoint: string };
}

interface OfVersion {
  Params: { endpoint: string; key: string };
}

const BODY_LIMIT = 4 * 1024 * 1024;
/** Longest time that a request may take to arrive. */
const REQUEST_MS = 30_000;
const LOG_LINES = { usual: 200, most: 10_000 };

/** The host's HTTP interface, as domain/serving-contract.ts describes it. */
export function createApi({ host, token, shutdown }: ApiOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    routerOptions: { maxParamLength: USER_LIMIT },
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: false,
        removeAdditional: false,
        discriminator: true,
        allowUnionTypes: true,
      },
    },
  });
  let closing = false;

  app.addHook('onRequest', async (request) => {
    if (request.url !== '/healthz') checkToken(request.headers.authorization, token);
    if (closing) throw new Refused('unavailable', 'the serving host is shutting down');
  });
  app.setErrorHandler((error, _request, reply) => {
    const refused = toRefused(error, host.ports.log);
    return reply.status(refused.status).send(refused.body());
  });
  app.setNotFoundHandler(({ method, url }) => {
    throw new Refused('not_found', `there is no ${method} ${url}`);
  });

  app.get('/healthz', () => host.health());
  app.get('/metrics', async (_request, reply) => reply.type(EXPOSITION_TYPE).send(await host.metrics()));
  // Answers at once: ending takes as long as the slowest prediction, longer than a caller should have to hold the line.
  app.post('/shutdown', (_request, reply) => {
    closing = true;
    shutdown();
    return reply.status(202).send({ stopping: true });
  });
  endpointRoutes(app, host);
  versionRoutes(app, host);
  outcomeRoutes(app, host);
  return app;
}

function endpointRoutes(app: FastifyInstance, host: Host): void {
  app.get('/endpoints', () => host.statuses());
  app.get<OfEndpoint>('/endpoints/:endpoint', { schema: { params: endpointPath } }, ({ params }) =>
    host.endpoint(params.endpoint).status(),
  );
  app.put<OfEndpoint & { Body: EndpointSettings }>(
    '/endpoints/:endpoint',
    { schema: { params: endpointPath, body: endpointSettings } },
    ({ params, body, headers }) => host.putEndpoint(params.endpoint, body, fenceIn(headers)),
  );
  app.get<OfEndpoint>('/endpoints/:endpoint/route', { schema: { params: endpointPath } }, ({ params }) =>
    host.endpoint(params.endpoint).reading(),
  );
  app.put<OfEndpoint & { Body: PutRoute }>(
    '/endpoints/:endpoint/route',
    { schema: { params: endpointPath, body: putRoute } },
    ({ params, body }) => host.endpoint(params.endpoint).putRoute(body),
  );
  app.get<OfEndpoint>('/endpoints/:endpoint/traffic', { schema: { params: endpointPath } }, ({ params }) =>
    host.traffic(params.endpoint),
  );
}

function versionRoutes(app: FastifyInstance, host: Host): void {
  const path = '/endpoints/:endpoint/versions/:key';
  app.get<OfVersion>(path, { schema: { params: versionPath } }, ({ params }) =>
    host.endpoint(params.endpoint).version(params.key),
  );
  app.put<OfVersion & { Body: EnsureVersion }>(
    path,
    { schema: { params: versionPath, body: ensureVersion } },
    ({ params, body, headers }) => host.endpoint(params.endpoint).ensureVersion(params.key, body, fenceIn(headers)),
  );
  app.put<OfVersion & { Body: VersionProfile }>(
    `${path}/profile`,
    { schema: { params: versionPath, body: versionProfile } },
    async ({ params, body }, reply) => {
      await host.endpoint(params.endpoint).putProfile(params.key, body);
      return reply.status(204).send();
    },
  );
  app.delete<OfVersion>(path, { schema: { params: versionPath } }, async ({ params, headers }, reply) => {
    await host.endpoint(params.endpoint).retire(params.key, fenceIn(headers));
    return reply.status(204).send();
  });
  app.get<OfVersion & { Querystring: { lines?: string } }>(
    `${path}/logs`,
    { schema: { params: versionPath } },
    async ({ params: { endpoint, key }, query }, reply) => {
      await host.endpoint(endpoint).version(key);
      const lines = await tailLog(host.logFile(endpoint, key), wantedLines(query.lines));
      return reply.type('text/plain; charset=utf-8').send(lines.map((line) => `${line}\n`).join(''));
    },
  );
}

function outcomeRoutes(app: FastifyInstance, host: Host): void {
  app.post<{ Body: Outcome[] }>('/outcomes', { schema: { body: outcomes } }, ({ body }) => host.addOutcomes(body));
  app.delete<OfEndpoint & { Params: { user: string } }>(
    '/endpoints/:endpoint/users/:user',
    { schema: { params: userPath } },
    async ({ params }) => ({ deleted: await host.forgetUser(params.endpoint, params.user) }),
  );
}

/** The fence of a change; `null` without one. */
function fenceIn(headers: IncomingHttpHeaders): Fence | null {
  const text = headers[FENCE_HEADER];
  if (text === undefined) return null;
  const fence = typeof text === 'string' ? parseFence(text) : null;
  if (fence) return fence;
  throw new Refused('invalid', `${FENCE_HEADER} must be a fence, such as 4.7, not ${String(text)}`);
}

function wantedLines(text: string | undefined): number {
  const lines = text === undefined ? LOG_LINES.usual : Number(text);
  if (Number.isInteger(lines) && lines >= 1 && lines <= LOG_LINES.most) return lines;
  throw new Refused('invalid', `lines must be an integer from 1 to ${LOG_LINES.most}, not ${text}`);
}
