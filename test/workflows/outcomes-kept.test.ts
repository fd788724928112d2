import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { keepPulling } from '../../activities/outcomes/keep-pulling.ts';
import { allocateEpoch } from '../../activities/store/epochs.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { outcomesWorkflowId } from '../../domain/outcome-pull.ts';
import { planRollout } from '../../domain/plan.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { createOutcomesPort } from '../../worker/outcomes-port.ts';
import { pullStatusQuery } from '../../workflows/messages.ts';
import { useDatabase } from '../store/database.ts';
import { entry } from '../store/samples.ts';
import { depsWith } from '../support/deps.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

const db = useDatabase();
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

const WITHIN = { timeout: 60_000, interval: 100 };
const SQL: Partial<RolloutSpec> = {
  outcomes: { sql: { connectionEnv: 'WAREHOUSE_URL', query: 'select id, label, at from returns where at > $1' } },
};

test('the janitor begins what a rollout did not, again after a termination, and not after a person cancelled it', async () => {
  const [asking, without] = [await rolledOut(SQL), await rolledOut({})];
  await withWorkers(env, new World(), async (client) => {
    expect(await round()).toEqual([asking]);
    const handle = client.workflow.getHandle(outcomesWorkflowId('local', asking));
    await vi.waitFor(async () => expect(await handle.query(pullStatusQuery)).toMatchObject({ pulls: 1 }), WITHIN);
    expect(await round(), 'while it runs').toEqual([]);
    await handle.terminate('by somebody in a hurry');
    await vi.waitFor(async () => expect(await round()).toEqual([asking]), WITHIN);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await round(), 'after a cancellation').toEqual([]);
  });
  expect(await round()).not.toContain(without);
});

test('a rollout that asks for nothing ends the reading, and begins none', async () => {
  const port = createOutcomesPort(env.client);
  const asked = { target: 'local', endpoint: freshEndpoint(), model: 'digits', receivers: [] };
  await port.asked({ ...asked, plan: null });
  expect(await port.idle([asked])).toHaveLength(1);
  await withWorkers(env, new World(), async (client) => {
    await port.asked({ ...asked, plan: planRollout({ ...spec(asked.endpoint), ...SQL }).outcomes ?? null });
    await port.asked({ ...asked, plan: null });
    const result: unknown = await client.workflow.getHandle(outcomesWorkflowId('local', asked.endpoint)).result();
    expect(result).toMatchObject({ pulls: expect.any(Number) as number });
  });
});

/** The endpoints of which one round begins to read. */
async function round(): Promise<string[]> {
  const begun = await keepPulling(depsWith({ pool: db.pool, outcomes: createOutcomesPort(env.client) }));
  return begun.map(({ endpoint }) => endpoint);
}

const spec = (endpoint: string): RolloutSpec => ({ endpoint, model: 'digits' });

async function rolledOut(over: Partial<RolloutSpec>): Promise<string> {
  const endpoint = freshEndpoint();
  const plan = planRollout({ ...spec(endpoint), ...over });
  await allocateEpoch(db.pool, { target: 'local', endpoint, rolloutKey: endpoint, floor: 0 });
  const common = { endpoint, rolloutId: `local.${endpoint}.1` };
  await appendLedger(db.pool, [
    entry(`${endpoint}:1`, { ...common, reason: 'RolloutStarted', stage: 'preflight', detail: { plan } }),
  ]);
  return endpoint;
}
