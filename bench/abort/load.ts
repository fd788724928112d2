import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VersionStatus } from '../../domain/serving-contract.ts';
import { FakeHost } from '../scale/fake-host.ts';
import { begin, type Bench } from '../support/stack.ts';
import { temporal, until } from './brake.ts';

export const LOAD_TARGET = 'load';
/** Rollouts that are started at a time. */
const AT_ONCE = 8;

/** A target whose versions named `build-…` never become ready, and the folder whose `slipway.yaml` names it. */
export interface LoadTarget {
  readonly folder: string;
  readonly host: FakeHost;
  close(): Promise<void>;
}

export async function startLoadTarget(): Promise<LoadTarget> {
  const host = new FakeHost();
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? '/';
      const { status, body: answer } = host.answer(request.method ?? 'GET', path, body);
      const held = status === 200 && path.startsWith('/endpoints/build-') ? starting(answer) : answer;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(held === undefined ? '' : JSON.stringify(held));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'slipway-load-'));
  await writeFile(join(folder, 'token'), 'bench');
  const target = { kind: 'local', url: urlOf(server), tokenFile: 'token' };
  await writeFile(join(folder, 'slipway.yaml'), JSON.stringify({ targets: { [LOAD_TARGET]: target } }));
  return {
    folder,
    host,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts rollouts until so many builds are queued or under way, and so many gates are watched. */
export async function putLoad(bench: Bench, host: FakeHost, builds: number, gates: number): Promise<void> {
  // Watched first: what comes behind the builds would wait for them.
  await startAll(bench, names('watch', gates));
  const watched = () => [...host.endpoints.values()].filter(({ route }) => route.arms.length > 0).length;
  await until(() => watched() >= gates, `${gates} gates are watched`, 300_000);
  await startAll(bench, names('build', builds));
  const queued = () => count(bench.temporalAddress, `SlipwayTarget = '${LOAD_TARGET}' AND SlipwayStage = 'build'`);
  await until(async () => (await queued()) >= builds, `${builds} builds are queued`, 300_000);
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index}`);
}

async function startAll({ rollouts }: Bench, endpoints: string[]): Promise<void> {
  const left = [...endpoints];
  const starter = async () => {
    for (let endpoint = left.pop(); endpoint; endpoint = left.pop())
      await begin(rollouts, { endpoint, target: LOAD_TARGET, version: '2', shadow: false, soak: { duration: '1h' } });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, starter));
}

async function count(address: string, query: string): Promise<number> {
  const stdout = await temporal(address, ['count', '--query', `${query} AND ExecutionStatus = 'Running'`]);
  return Number(/\d+/.exec(stdout)?.[0] ?? 0);
}

function starting(answer: unknown): unknown {
  const held = (version: VersionStatus) => ({ ...version, state: 'starting' as const, detail: 'it takes its time' });
  const { versions, state } = answer as { versions?: VersionStatus[]; state?: string };
  if (versions) return { ...(answer as object), versions: versions.map(held) };
  return state ? held(answer as VersionStatus) : answer;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the load target does not listen');
  return `http://127.0.0.1:${address.port}`;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? null : JSON.parse(text);
}
