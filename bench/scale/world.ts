import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { BatchWriter } from './batch-writer.ts';
import { FakeHost, type Answer } from './fake-host.ts';
import { FakeRegistry, pinnedVersion } from './fake-registry.ts';

/**
 * Everything around the rollouts in one process: serving host, registry and capture. Prints its port once it listens.
 *
 * usage: node world.ts DATABASE_URL TARGET ENDPOINTS
 */
const [database = '', target = '', count = '0'] = process.argv.slice(2);
const stable = pinnedVersion('1');
const host = new FakeHost(() => stable.key);
const registry = new FakeRegistry();
const writer = new BatchWriter(database, target);
host.onRoute = (before) => writer.routeChanges(before);

await rememberStable(Number(count));
setInterval(() => writer.tick(host.endpoints.values()), 100);

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { status, body: answer } = route(request.method ?? 'GET', url, body);
    if (Buffer.isBuffer(answer)) return response.writeHead(status).end(answer);
    const text = answer === undefined ? '' : JSON.stringify(answer);
    return response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});

function route(method: string, url: URL, body: unknown): Answer {
  if (url.pathname.startsWith('/api/')) return registry.answer(method, url.pathname, url.searchParams, body);
  if (url.pathname === '/bench') return { status: 200, body: control(body) };
  return host.answer(method, url.pathname, body);
}

/** What the benchmark sets and reads. */
function control(change: unknown) {
  const { requestsPerSecond, breaks } = (change ?? {}) as { requestsPerSecond?: number; breaks?: string };
  if (requestsPerSecond !== undefined) writer.requestsPerSecond = requestsPerSecond;
  if (breaks !== undefined) writer.broken.add(breaks);
  const { commits, rows, latestMs } = writer;
  writer.latestMs = 0;
  const routes = Object.fromEntries([...host.endpoints.values()].map(({ name, route: now }) => [name, now.arms]));
  return { commits, rows, latestMs, last: Object.fromEntries(writer.last), routes };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? null : JSON.parse(text);
}

/** What a first rollout would have left in the database: without it, a preflight does not know what serves. */
async function rememberStable(endpoints: number): Promise<void> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const { key, model, version, digest, source } = stable;
  await client.query(
    `INSERT INTO slipway.versions (target, endpoint, key, model, version, digest, source, runtime)
     SELECT $1, 'e' || n, $2, $3, $4, $5, $6, '{"kind": "mlflow"}' FROM generate_series(1, $7::int) AS n`,
    [target, key, model, version, digest, source, endpoints],
  );
  await client.end();
}
