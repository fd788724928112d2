import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRetrainActivities } from '../../activities/retrain.ts';
import {
  cancelRetraining,
  followRetraining,
  lookAtRetraining,
  type RetrainSighting,
} from '../../client/retraining/look.ts';
import { startRetraining } from '../../client/retraining/start.ts';
import type { Place } from '../../client/rollouts/place.ts';
import type { RetrainStatus } from '../../domain/retrain-state.ts';
import { createWorkflowsPort } from '../../worker/workflows-port.ts';
import { againSignal } from '../../workflows/messages.ts';
import { retrainedSpec, startRetrain, untilRetrain } from '../support/retrainings.ts';
import { depsWith } from '../support/deps.ts';
import { startRollout } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('while something else has the endpoint the new version waits for it, and is then rolled out', async () => {
  const world = new World();
  world.gates['canary-10'] = 'watch';
  const doctor = { workflows: createWorkflowsPort(env.client), targetNames: () => Promise.resolve([]), home: '' };
  world.activities.untilFree = createRetrainActivities(depsWith({ doctor })).untilFree;
  const endpoint = freshEndpoint();
  await withWorkers(env, world, async (client) => {
    const first = await startRollout(client, { endpoint });
    const handle = await startRetrain(client, endpoint, { cooldown: '1ms' });
    await untilRetrain(handle, { phase: 'waiting', version: '2', detail: `until ${first.workflowId} has ended` });
    await first.signal('abort');
    expect(await first.result()).toMatchObject({ outcome: 'aborted' });
    world.gates['canary-10'] = 'pass';
    const { rollout } = await handle.result();
    expect(rollout?.runId).not.toBe(first.firstExecutionRunId);
    expect(await client.workflow.getHandle(first.workflowId, rollout?.runId).result()).toMatchObject({
      outcome: 'promoted',
    });
  });
});

test.each([
  ['is not waited for', { onBusy: 'skip' }],
  ['does not get free in time', { maxWait: '1s' }],
] as const)(
  'an endpoint that %s keeps its rollout, and people hear of the version in the registry',
  async (_, policy) => {
    const world = new World();
    world.gates['canary-10'] = 'watch';
    const alerts: unknown[] = [];
    world.activities.sendAlert = async ({ alert }) => void alerts.push(alert);
    world.activities.untilFree = () => Context.current().cancelled;
    const endpoint = freshEndpoint();
    await withWorkers(env, world, async (client) => {
      const first = await startRollout(client, { endpoint });
      const handle = await startRetrain(client, endpoint, { ...policy, cooldown: '1ms' }, [{ webhook: 'http://hook' }]);
      expect(await handle.result()).toMatchObject({ outcome: 'skipped', version: '2', rollout: null });
      expect(alerts).toMatchObject([{ name: 'RetrainNotRolledOut', endpoint }]);
      expect((await first.describe()).status.name).toBe('RUNNING');
      await first.signal('abort');
      await first.result();
    });
  },
);

test('during the cool-down only a person starts another one, and what is asked for while one runs is that one', async () => {
  const world = new World();
  world.before = (activity) => (activity === 'trainModel' && world.trained.length === 0 ? world.released : undefined);
  const endpoint = freshEndpoint();
  const place = { target: 'local', endpoint };
  const spec = retrainedSpec(endpoint, { cooldown: '30d' });
  await withWorkers(env, world, async (client) => {
    const first = await startRetraining(client, { ...place, by: 'ada', spec });
    expect(first.how).toBe('started');
    await lookUntil(client, place, { phase: 'training' });
    expect(await startRetraining(client, { ...place, by: 'eve' })).toEqual({ ...first, how: 'attached' });
    await client.workflow.getHandle(first.workflowId).signal(againSignal, { by: 'eve' });
    world.release();
    await lookUntil(client, place, { phase: 'cooldown', by: 'ada' });
    await expect(startRetrain(client, endpoint)).rejects.toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
    expect(world.trained).toHaveLength(1);

    const again = await startRetraining(client, { ...place, by: 'bob', reason: 'more data', spec });
    expect(again).toEqual({ ...first, how: 'again' });
    let last: RetrainSighting | null = null;
    for await (const seen of followRetraining(client, again)) last = seen;
    expect(last?.status).toMatchObject({ by: 'bob', reason: 'more data', outcome: 'started' });
    expect(new Set(world.trained).size).toBe(2);
    await cancelRetraining(client, place);
    await vi.waitFor(async () => expect((await lookAtRetraining(client, place)).state).toBe('CANCELLED'));
  });
});

test('a retraining that nothing tells how to train is refused with what to do', async () => {
  const endpoint = freshEndpoint();
  const world = new World();
  await withWorkers(env, world, async (client) => {
    const started = await startRetraining(client, { target: 'local', endpoint, by: 'ada' });
    let last: RetrainSighting | null = null;
    for await (const seen of followRetraining(client, started)) last = seen;
    expect(last).toMatchObject({ state: 'FAILED', failure: 'nothing says how to train' });
  });
});

async function lookUntil(client: Client, place: Place, at: Partial<RetrainStatus>): Promise<void> {
  await vi.waitFor(async () => expect((await lookAtRetraining(client, place)).status).toMatchObject(at), {
    timeout: 30_000,
  });
}
