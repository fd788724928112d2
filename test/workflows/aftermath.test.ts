import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AftermathInput } from '../../domain/aftermath.ts';
import { planRollout } from '../../domain/plan.ts';
import { aftermathOptions, aftermathQuery } from '../../workflows/messages.ts';
import type { aftermath } from '../../workflows/index.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a version that serves worse with its traffic back is told of: to people, the ledger and whoever looks', async () => {
  const world = new World();
  world.gates['soak'] = 'fail';
  const status = await watched(world);
  expect(status).toMatchObject({ state: 'worse', version: STABLE.key, summary: 'soak says fail' });
  expect(world.notices).toEqual(['serves_worse']);
  expect(world.ledger).toMatchObject([{ rolloutId: 'local.e.4', rolloutSequence: 10, reason: 'ServesWorse' }]);
});

test('one that serves as before is written down, and nobody is called', async () => {
  const world = new World();
  expect(await watched(world)).toMatchObject({ state: 'as before' });
  expect(world.notices).toEqual([]);
  expect(world.ledger).toMatchObject([{ reason: 'ServesAsBefore' }]);
});

test('too little evidence is no finding, and is said to be too little', async () => {
  const world = new World();
  world.gates['soak'] = 'inconclusive';
  expect(await watched(world)).toMatchObject({ state: 'unknown' });
  expect(world.ledger).toMatchObject([{ reason: 'AftermathUnknown' }]);
});

test('it is judged by how it served before, under the fence that gave it its traffic back', async () => {
  const world = new World();
  world.usual = { requests: 10_000, errorRate: 0.002, p99Ms: 40 };
  await watched(world);
  expect(world.ledger[0]?.detail).toMatchObject({
    question: { epoch: 4, stageSequence: 7, stable: null, plan: { limits: { errorRate: 0.012, p99Ms: 80 } } },
  });
});

async function watched(world: World) {
  const endpoint = freshEndpoint();
  const { gates, ...plan } = planRollout({ endpoint, model: 'digits' });
  const input: AftermathInput = {
    ...{ plan, gates, rolloutId: 'local.e.4', epoch: 4, sequence: 7, version: STABLE.key, left: CANDIDATE.key },
    ...{ watchMs: 200, ledgerSequence: 9 },
  };
  return withWorkers(env, world, async (client) => {
    const options = { ...aftermathOptions(input), workflowId: `aftermath.${endpoint}` };
    const handle = await client.workflow.start<typeof aftermath>('aftermath', options);
    await handle.result();
    return handle.query(aftermathQuery);
  });
}
