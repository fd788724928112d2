import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RollbackInput, RolloutResult } from '../../domain/rollout-state.ts';
import { mirrorRoute, splitRoute, wholeRoute } from '../../domain/route.ts';
import { rollbackOptions } from '../../workflows/messages.ts';
import { startRollout, untilStatus, untilWeight } from '../support/rollouts.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE as BACK, STABLE as LEAVING, World } from '../support/world.ts';

const DAY = 86_400_000;
const TO_SHADOW = { style: 'to-shadow', shadowFor: '1d' } as const;

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

describe('a gradual rollback', () => {
  test('gives traffic back in steps, and the alias follows when all of it has moved', async () => {
    const world = new World();
    let aliasAtFull: string | null = null;
    world.before = (activity) => void (activity === 'moveAlias' && (aliasAtFull = world.alias));
    const result = await rolledBack(world, { style: 'gradual', forMs: 200 });
    expect(result).toMatchObject({ outcome: 'rolled_back', serving: BACK.key });
    expect(world.routes).toEqual([step(5_000), step(9_000), wholeRoute(BACK.key)]);
    expect([aliasAtFull, world.alias]).toEqual([LEAVING.version, BACK.version]);
  });

  test('takes the traffic away again from a version that proves worse than the one it was to relieve', async () => {
    const world = new World();
    world.gates['canary-90'] = 'fail';
    const result = await rolledBack(world, { style: 'gradual', forMs: 200 });
    expect(result).toMatchObject({ outcome: 'aborted', reason: 'RollbackReversed', serving: LEAVING.key });
    expect(world.route).toEqual(wholeRoute(LEAVING.key));
    expect(world.alias).toBe(LEAVING.version);
    expect(world.deployed).toEqual(new Set([LEAVING.key]));
  });

  test('goes on where there is no evidence: a person wants to be away from the version that leaves', async () => {
    const world = new World();
    world.gates['canary-50'] = 'error';
    expect(await rolledBack(world, { style: 'gradual', forMs: 200 })).toMatchObject({ serving: BACK.key });
  });
});

describe('a rollback to shadow', () => {
  test('moves all traffic at once, and the version that leaves goes on getting copies for the stated time', async () => {
    const world = new World();
    const result = await rolledBack(world, { style: 'to-shadow', forMs: DAY });
    expect(result).toMatchObject({ outcome: 'rolled_back', serving: BACK.key });
    expect(world.routes).toEqual([wholeRoute(BACK.key), mirrorRoute(BACK.key, LEAVING.key, 100), wholeRoute(BACK.key)]);
    expect(world.deployed).toEqual(new Set([BACK.key]));
    expect(world.ledger.at(-1)).toMatchObject({ reason: 'DiagnosisEnded', detail: { early: false } });
  });

  test('closes its books and tells people before the copies end; the next rollout ends them', async () => {
    const world = new World();
    await rolledBack(world, { style: 'to-shadow', forMs: DAY }, async (handle) => {
      const { diagnosing } = await untilStatus(handle, (status) => Boolean(status.diagnosing));
      expect(diagnosing).toMatchObject({ version: LEAVING.key });
      expect(world.notices).toEqual(['rolled_back']);
      expect(world.ledger.map(({ reason }) => reason)).toContain('RolledBack');
      await handle.signal('supersede', { by: 'ada' });
    });
    expect(world.ledger.at(-1)).toMatchObject({ reason: 'DiagnosisEnded', detail: { early: true } });
    expect(world.route).toEqual(wholeRoute(BACK.key));
  });
});

describe('a rollout that is to go back to shadow', () => {
  test('gives stable all traffic when its gate fails, and the candidate copies for a day', async () => {
    const world = new World();
    world.gates['canary-10'] = 'fail';
    const result = await withWorkers(env, world, async (client) =>
      (await startRollout(client, { rollback: TO_SHADOW })).result(),
    );
    expect(result).toMatchObject({ outcome: 'rolled_back', reason: 'GateFailed' });
    const ways = [wholeRoute(LEAVING.key), mirrorRoute(LEAVING.key, BACK.key, 100), wholeRoute(LEAVING.key)];
    expect(world.routes.slice(-3)).toEqual(ways);
    expect(world.deployed).toEqual(new Set([LEAVING.key]));
    expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, at) => at + 1));
  });
});

// Last: the server stops skipping time once a watch was left behind.
describe('an abort', () => {
  test('finishes a gradual rollback at once', async () => {
    const world = new World();
    world.gates['canary-50'] = 'watch';
    const result = await rolledBack(world, { style: 'gradual', forMs: DAY }, async (handle) => {
      await untilWeight(handle, 5_000);
      await handle.signal('abort', { by: 'ada' });
    });
    expect(result).toMatchObject({ outcome: 'rolled_back', serving: BACK.key });
    expect(world.routes).toEqual([step(5_000), wholeRoute(BACK.key)]);
  });

  test('sends a rollout to no shadow: who aborts wants to be rid of the candidate', async () => {
    const world = new World();
    world.gates['canary-10'] = 'watch';
    await withWorkers(env, world, async (client) => {
      const handle = await startRollout(client, { rollback: TO_SHADOW });
      await untilWeight(handle, 1_000);
      await handle.signal('abort');
      return handle.result();
    });
    expect(world.routes.filter(({ mirrors }) => mirrors.length > 0)).toHaveLength(1);
    expect(world.deployed).toEqual(new Set([LEAVING.key]));
  });
});

function step(weight: number) {
  return splitRoute(LEAVING.key, BACK.key, weight);
}

async function rolledBack(
  world: World,
  asked: Pick<RollbackInput, 'style' | 'forMs'>,
  act: (handle: WorkflowHandle) => Promise<void> = () => Promise.resolve(),
): Promise<RolloutResult> {
  return withWorkers(env, world, async (client: Client) => {
    const options = rollbackOptions({ target: 'local', endpoint: freshEndpoint(), by: 'ada', ...asked });
    const handle = await client.workflow.start('rollback', options);
    await act(handle);
    return (await handle.result()) as RolloutResult;
  });
}
