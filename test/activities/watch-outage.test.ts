import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Pool } from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NoticeFacts } from '../../domain/notice.ts';
import { createPool } from '../../activities/store/pool.ts';
import { createWatchActivities, type WatchGate } from '../../activities/watch.ts';
import type { WatchReport, WatchResult } from '../../domain/watch.ts';
import { severable, type Severable } from '../serving/support/severable.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { CANDIDATE, seal, STABLE, watchRequest } from './support/gate-batches.ts';

const db = useDatabase();
const MINUTE = 60_000;
const HARMLESS = { n: 50, errors: 0 };

let way: Severable;
let pool: Pool;
let hook: Webhook;
/** How far the worker's clock is ahead: minutes of an outage need not be waited for. */
let ahead = 0;
const watches: MockActivityEnvironment[] = [];

beforeEach(async () => {
  ahead = 0;
  way = await severable(db.urls.appUrl);
  pool = createPool({ url: way.url });
  hook = await startWebhook();
});
afterEach(async () => {
  for (const watch of watches.splice(0)) watch.cancel();
  await pool.end();
  await way.close();
  hook.server.close();
});

test('ten minutes without the evidence store: the verdict says so, people hear of both ends, and the watch goes on by itself', async () => {
  const asked = outlasting(15 * MINUTE);
  const watch = start(asked);
  await seal(db.pool, asked.endpoint, 1, HARMLESS, HARMLESS);
  await vi.waitFor(() => expect(watch.last?.batches.count).toBe(1), 10_000);
  way.cut();
  ahead += 30_000;
  await vi.waitFor(
    () => expect(watch.last).toMatchObject({ decision: 'error', reason: 'EvidenceUnreachable' }),
    10_000,
  );
  expect(watch.last?.summary).toMatch(/^the evidence store has not answered for 3\ds: /);
  expect(hook.received).toEqual([]);
  ahead += 40_000;
  await vi.waitFor(() => expect(hook.events()).toEqual(['evidence_lost']), 10_000);
  ahead += 9 * MINUTE;
  await watch.nextReport();
  expect(watch.result).toBeNull();
  expect(hook.events()).toEqual(['evidence_lost']);
  await seal(db.pool, asked.endpoint, 12, { n: 50, errors: 25 }, HARMLESS, { from: 1 });
  way.mend();
  const { verdict, outages } = await watch.done;
  expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed' });
  const [{ from = '', to = '' } = {}] = outages ?? [];
  expect(Date.parse(to ?? '') - Date.parse(from)).toBeGreaterThan(10 * MINUTE);
  await vi.waitFor(() => expect(hook.events()).toEqual(['evidence_lost', 'evidence_back']), 10_000);
});

test('once the store answers again people hear that too, by a delivery of its own', async () => {
  const watch = start(outlasting(15 * MINUTE));
  await watch.nextReport();
  way.cut();
  ahead += 2 * MINUTE;
  await vi.waitFor(() => expect(hook.events()).toEqual(['evidence_lost']), 10_000);
  way.mend();
  await vi.waitFor(() => expect(hook.events()).toEqual(['evidence_lost', 'evidence_back']), 10_000);
  await vi.waitFor(() => expect(watch.last).toMatchObject({ decision: 'inconclusive', reason: 'NoData' }), 10_000);
  const [outage] = watch.last?.watch.outages ?? [];
  expect(outage?.to).not.toBeNull();
  expect(new Set(hook.received.map(({ delivery }) => delivery)).size).toBe(2);
});

test('blindness does not begin again with each worker: the next attempt goes on counting, and repeats the same delivery', async () => {
  const asked = outlasting(15 * MINUTE);
  const first = start(asked);
  await first.nextReport();
  way.cut();
  ahead += 10 * MINUTE;
  await vi.waitFor(() => expect(hook.events()).toEqual(['evidence_lost']), 10_000);
  await vi.waitFor(() => expect(first.last?.watch.outages).toHaveLength(1), 10_000);
  first.environment.cancel();
  ahead += 2 * MINUTE;
  const second = start(asked, first.last);
  await vi.waitFor(() => expect(hook.events()).toEqual(['evidence_lost', 'evidence_lost']), 10_000);
  expect(new Set(hook.received.map(({ delivery }) => delivery)).size).toBe(1);
  expect(second.result).toBeNull();
  ahead += 4 * MINUTE;
  expect(await second.done).toMatchObject({ verdict: { decision: 'error', reason: 'EvidenceUnreachable' } });
});

test('a worker that was away itself looks first: nothing that was sealed meanwhile counts as unseen', async () => {
  const asked = { ...outlasting(15 * MINUTE), limitMs: 10 };
  await seal(db.pool, asked.endpoint, 12, { n: 50, errors: 25 }, HARMLESS);
  const lastSeen = new Date(Date.now() - 60 * MINUTE).toISOString();
  const heard = { watch: { afterIndex: -1, lastSeen, outages: [] } } as unknown as WatchReport;
  expect(await start(asked, heard).done).toMatchObject({ verdict: { decision: 'fail', reason: 'GateFailed' } });
  expect(hook.received).toEqual([]);
});

test('a PostgreSQL that stands still holds up no heartbeat, and the heartbeats tell', async () => {
  const watch = start(outlasting(15 * MINUTE));
  await watch.nextReport();
  const stopped = await processesOf(pool);
  try {
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    ahead += 15_000;
    await watch.nextReport();
    await vi.waitFor(() => expect(watch.last).toMatchObject({ decision: 'error' }), 10_000);
    expect(watch.last?.summary).toContain('PostgreSQL has not answered yet');
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
  await vi.waitFor(() => expect(watch.last).toMatchObject({ decision: 'inconclusive' }), 30_000);
});

function outlasting(maxBlindMs: number): WatchGate {
  const request = watchRequest({ limitMs: null, maxBlindMs });
  const notify = [{ webhook: hook.url, secretEnv: null }];
  const notices: NoticeFacts = {
    rolloutId: `local.${request.endpoint}.1`,
    plan: { target: 'local', endpoint: request.endpoint, model: 'm', notify },
    candidate: { key: CANDIDATE },
    snapshot: { stable: { key: STABLE } },
  };
  return { ...request, notices };
}

/** A watch under way, with what it last told. */
function start(request: WatchGate, heard: WatchReport | null = null) {
  const info = { scheduledTimestampMs: Date.now() + ahead, ...(heard && { attempt: 2, heartbeatDetails: heard }) };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  watches.push(environment);
  const reports: WatchReport[] = [];
  environment.on('heartbeat', (report: WatchReport) => void reports.push(report));
  const { watchGate } = createWatchActivities(depsWith({ pool, clock: () => Date.now() + ahead }));
  const done = environment.run<[WatchGate], WatchResult, typeof watchGate>(watchGate, request);
  let result: WatchResult | null = null;
  done.then((value) => (result = value)).catch(() => undefined);
  return {
    environment,
    done,
    get result(): WatchResult | null {
      return result;
    },
    get last() {
      return reports.at(-1);
    },
    nextReport: async () => {
      const before = reports.length;
      await vi.waitFor(() => expect(reports.length).toBeGreaterThan(before), 10_000);
    },
  };
}

interface Webhook {
  readonly url: string;
  readonly server: Server;
  readonly received: { readonly event: string; readonly delivery: string }[];
  events(): string[];
}

async function startWebhook(): Promise<Webhook> {
  const received: Webhook['received'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { event } = JSON.parse(body) as { event: string };
      received.push({ event, delivery: String(request.headers['x-slipway-delivery']) });
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, server, received, events: () => received.map(({ event }) => event) };
}

/** The server and the processes that answer this pool. */
async function processesOf(served: Pool): Promise<number[]> {
  const { rows } = await served.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'slipway'`,
  );
  const pids = rows.map(({ pid }) => pid);
  const stat = await readFile(`/proc/${pids[0]}/stat`, 'utf8');
  return [...pids, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
}
