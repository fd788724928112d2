import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { keepWatch } from '../../activities/monitor/keep-watch.ts';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { monitorWorkflowId } from '../../domain/ids.ts';
import { planRollout } from '../../domain/plan.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { createMonitorsPort } from '../../worker/monitors-port.ts';
import { monitorStatusQuery, stopSignal } from '../../workflows/messages.ts';
import { useDatabase } from '../store/database.ts';
import { entry } from '../store/samples.ts';
import { depsWith } from '../support/deps.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

const db = useDatabase();
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

const DAY_MS = 86_400_000;
const WITHIN = { timeout: 20_000, interval: 100 };

test('the janitor begins the watch that a promotion did not, again after a termination, and not after a stop', async () => {
  const endpoint = await promoted();
  await withWorkers(env, new World(), async (client) => {
    expect(await round()).toContain(endpoint);
    const handle = client.workflow.getHandle(monitorWorkflowId('local', endpoint));
    await vi.waitFor(async () => expect(await handle.query(monitorStatusQuery)).toMatchObject({ endpoint }), WITHIN);
    expect(await round(), 'while it runs').not.toContain(endpoint);
    await handle.terminate('by somebody in a hurry');
    await vi.waitFor(async () => expect(await round()).toContain(endpoint), WITHIN);
    await handle.signal(stopSignal, { by: 'ada' });
    await handle.result();
    expect(await round(), 'after a stop').not.toContain(endpoint);
    await promoteAgain(endpoint);
    expect(await round(), 'after a promotion that it did not live to hear of').toContain(endpoint);
    await handle.terminate();
  });
});

test('what says not to be watched, and what was promoted long ago, is left alone', async () => {
  const unwanted = await promoted({ monitor: false });
  const old = await promoted({}, new Date(Date.now() - 2 * DAY_MS));
  const begun = await round();
  expect(begun).not.toContain(unwanted);
  expect(begun).not.toContain(old);
});

async function promoteAgain(endpoint: string): Promise<void> {
  const common = { endpoint, rolloutId: `local.${endpoint}.2`, effectiveAt: new Date().toISOString() };
  const plan = planRollout({ endpoint, model: 'digits' });
  await appendLedger(db.pool, [
    entry(`${endpoint}:3`, { ...common, reason: 'RolloutStarted', stage: 'preflight', detail: { plan } }),
    entry(`${endpoint}:4`, { ...common, reason: 'Promoted', stage: 'done', detail: { serving: 'v2-222222222222' } }),
  ]);
}

/** The endpoints that one round begins to watch. */
async function round(): Promise<string[]> {
  const begun = await keepWatch(depsWith({ pool: db.pool, monitors: createMonitorsPort(env.client) }));
  return begun.map(({ endpoint }) => endpoint);
}

async function promoted(spec: Partial<RolloutSpec> = {}, at = new Date()): Promise<string> {
  const endpoint = freshEndpoint();
  const plan = planRollout({ endpoint, model: 'digits', ...spec });
  await allocateEpoch(db.pool, { target: 'local', endpoint, rolloutKey: endpoint, floor: 0 });
  const common = { endpoint, rolloutId: `local.${endpoint}.1`, effectiveAt: at.toISOString() };
  await appendLedger(db.pool, [
    entry(`${endpoint}:1`, { ...common, reason: 'RolloutStarted', stage: 'preflight', detail: { plan } }),
    entry(`${endpoint}:2`, { ...common, reason: 'Promoted', stage: 'done', detail: { serving: 'v1-111111111111' } }),
  ]);
  return endpoint;
}
