import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createDoctorActivities } from '../../activities/doctor.ts';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { appendLedger, readLedger } from '../../activities/store/ledger.ts';
import { ensureJanitor, JANITOR } from '../../client/stack/janitor-schedule.ts';

import { byHandLabel } from '../../domain/invariants/words.ts';
import { splitRoute, wholeRoute } from '../../domain/route.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { createWorkflowsPort } from '../../worker/workflows-port.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { startRollout } from '../support/rollouts.ts';
import { readingOf, stubTarget, trafficOf } from '../support/stub-target.ts';
import { janitorRuns } from '../support/janitor.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

const db = useDatabase();
let env: TestWorkflowEnvironment;
let home: string;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'slipway-janitor-'))));
afterEach(() => rm(home, { recursive: true }));

test('a rollout that is terminated in its canary is brought back by the next round of the schedule', async () => {
  const { world, endpoint } = worldWithJanitor();
  world.gates['canary-10'] = 'watch';
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { endpoint });
    await vi.waitFor(() => expect(world.route).toEqual(splitRoute(STABLE.key, CANDIDATE.key, 1_000)), WITHIN);
    await handle.terminate('by somebody in a hurry');
    await janitorRuns(env);
    await vi.waitFor(() => expect(world.route).toEqual(wholeRoute(STABLE.key)), WITHIN);
    const { runId, type } = await client.workflow.getHandle(handle.workflowId).describe();
    expect(type).toBe('rollback');
    await client.workflow.getHandle(handle.workflowId, runId).result();
    await janitorRuns(env);
  });
  expect(world.ledger.at(-1)).toMatchObject({ reason: 'RolledBack', detail: { serving: STABLE.key } });
  const reasons = (await ledgerOf(endpoint)).map(({ reason }) => reason);
  expect(reasons.filter((reason) => reason === 'FoundTerminated')).toHaveLength(1);
});

test('a rollout that runs in order is left alone, however often the janitor looks', async () => {
  const { world, endpoint } = worldWithJanitor();
  world.gates['canary-10'] = 'watch';
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { endpoint });
    await vi.waitFor(() => expect(world.route).toEqual(splitRoute(STABLE.key, CANDIDATE.key, 1_000)), WITHIN);
    for (let round = 0; round < 3; round++) expect(await janitorRuns(env)).toMatchObject({ repairs: [] });
    await handle.signal('abort');
    await handle.result();
  });
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  expect((await ledgerOf(endpoint)).map(({ reason }) => reason)).not.toContain('FoundTerminated');
});

test('a rollout that lost its route to a rollback without a workflow is ended, and the rollback is written down', async () => {
  const { world, endpoint, marks } = worldWithJanitor();
  world.gates['canary-10'] = 'watch';
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { endpoint });
    await vi.waitFor(() => expect(world.route).toEqual(splitRoute(STABLE.key, CANDIDATE.key, 1_000)), WITHIN);
    Object.assign(world, { fence: { epoch: 1_001, sequence: 1 }, route: wholeRoute(STABLE.key) });
    marks.label = byHandLabel(`local.${endpoint}.1001`);
    await janitorRuns(env);
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
    await janitorRuns(env);
    expect(await janitorRuns(env)).toMatchObject({ repairs: [] });
  });
  expect(world.route).toEqual(wholeRoute(STABLE.key));
  expect(world.ledger.map(({ reason }) => reason)).toContain('Superseded');
  expect((await ledgerOf(endpoint)).slice(-3).map(({ reason }) => reason)).toEqual([
    'RolledBackByHand',
    'TrafficRestored',
    'Reconciled',
  ]);
});

test('the schedule is made once, and a pause of it stays', async () => {
  const namespace = env.namespace ?? 'default';
  expect([await ensureJanitor(env.connection, namespace), await ensureJanitor(env.connection, namespace)]).toContain(
    false,
  );
  const schedule = env.client.schedule.getHandle(JANITOR);
  await schedule.pause('a person looks into it');
  await ensureJanitor(env.connection, namespace);
  expect((await schedule.describe()).state.paused).toBe(true);
  await schedule.unpause();
});

const WITHIN = { timeout: 30_000, interval: 50 };

/** A world whose janitor is the real one, over the world's target and registry and a real ledger. */
function worldWithJanitor(): { world: World; endpoint: string; marks: { label: string } } {
  const world = new World();
  const endpoint = freshEndpoint();
  const marks = { label: '' };
  const reading = () => {
    const read = readingOf(world.fence, world.route);
    return { ...read, route: { ...read.route, ...marks } };
  };
  const target = stubTarget({
    readEndpoint: (name) => Promise.resolve(name === endpoint ? reading() : null),
    readTraffic: () => Promise.resolve(trafficOf(STABLE.key, 0, 0)),
  });
  const modelVersions = { findByAlias: () => Promise.resolve(world.alias && { version: world.alias }) };
  const deps = depsWith({
    pool: db.pool,
    mlflow: { modelVersions } as unknown as MlflowClient,
    target: () => Promise.resolve(target),
    doctor: { workflows: createWorkflowsPort(env.client), targetNames: () => Promise.resolve(['local']), home },
  });
  const { keepHouse } = createDoctorActivities(deps);
  const { preflight, prepareRollback } = world.activities;
  Object.assign(world.activities, {
    async keepHouse() {
      await appendLedger(db.pool, world.ledger);
      return keepHouse();
    },
    async preflight(asked: Parameters<typeof preflight>[0]) {
      await allocateEpoch(db.pool, { target: 'local', endpoint, rolloutKey: asked.rolloutKey, floor: 0 });
      return preflight(asked);
    },
    prepareRollback: async (asked: Parameters<typeof prepareRollback>[0]) => ({
      ...(await prepareRollback(asked)),
      candidate: STABLE,
    }),
  });
  return { world, endpoint, marks };
}

async function ledgerOf(endpoint: string) {
  return readLedger(db.pool, { target: 'local', endpoint });
}
