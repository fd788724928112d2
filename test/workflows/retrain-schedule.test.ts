import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { lookAtRetraining } from '../../client/retraining/look.ts';
import { changeSchedule, listSchedules, setSchedule } from '../../client/schedules/schedules.ts';
import { planRetrain } from '../../domain/retrain.ts';
import type { RetrainStatus } from '../../domain/retrain-state.ts';
import { retrainedSpec } from '../support/retrainings.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('at its time a schedule retrains, in a cool-down too, and what is under way is not joined by another', async () => {
  const world = new World();
  const endpoint = freshEndpoint();
  const place = { kind: 'retrain' as const, target: 'local', endpoint };
  const spec = retrainedSpec(endpoint, { cooldown: '1d' });
  // The specification of the last rollout, as the ledger has it.
  world.activities.prepareRetrain = async () => ({
    ...{ spec, plan: planRetrain({ job: { command: ['train'] } }), receivers: [], newest: 1, link: null },
  });
  world.before = (activity) => (activity === 'trainModel' && world.trained.length === 1 ? world.released : undefined);
  await withWorkers(env, world, async (client) => {
    await setSchedule(client, place, { every: '7d' }, 'ada');
    const schedule = client.schedule.getHandle(`retrain.local.${endpoint}.schedule`);
    await schedule.trigger();
    await lookUntil(client, endpoint, { phase: 'cooldown', by: 'schedule', reason: 'every 7d, set by ada' });
    await schedule.trigger();
    await vi.waitFor(async () => expect((await schedule.describe()).info.numActionsTaken).toBe(2), WITHIN);
    await lookUntil(client, endpoint, { phase: 'training' });
    await schedule.trigger();
    await vi.waitFor(async () => {
      const { info } = await schedule.describe();
      expect([info.numActionsTaken, info.runningActions]).toEqual([3, []]);
    }, WITHIN);
    world.release();
    await lookUntil(client, endpoint, { phase: 'cooldown' });
    expect(new Set(world.trained).size).toBe(2);
    await changeSchedule(client, place, 'delete', 'ada');
    await client.workflow.getHandle(`retrain.local.${endpoint}`).cancel();
  });
});

test('a schedule is listed with when it is due, and stays paused when its times change', async () => {
  const place = { kind: 'retrain' as const, target: 'local', endpoint: freshEndpoint() };
  const mine = async () => (await listSchedules(env.client)).find(({ endpoint }) => endpoint === place.endpoint);
  await setSchedule(env.client, place, { cron: '0 3 * * 1', timezone: 'Europe/Berlin' }, 'ada');
  await vi.waitFor(
    async () => expect(await mine()).toMatchObject({ when: '0 3 * * 1 Europe/Berlin, set by ada', paused: false }),
    WITHIN,
  );
  expect(new Date((await mine())?.next ?? '').getUTCDay()).toBe(1);
  await changeSchedule(env.client, place, 'pause', 'paused by ada');
  await setSchedule(env.client, place, { every: '12h' }, 'bob');
  expect(await mine()).toMatchObject({ when: 'every 12h, set by bob', paused: true, next: null });
  await changeSchedule(env.client, place, 'resume', 'bob');
  expect((await mine())?.next).not.toBeNull();
  await changeSchedule(env.client, place, 'delete', 'bob');
  await expect(changeSchedule(env.client, place, 'pause', 'ada')).rejects.toThrow('has no schedule');
});

test.each([
  [{ cron: 'on mondays' }, /these are no times/],
  [{ every: '10s' }, /at least 1m/],
])('times that cannot be are refused: %j', async (when, message) => {
  const place = { kind: 'retrain' as const, target: 'local', endpoint: freshEndpoint() };
  await expect(setSchedule(env.client, place, when, 'ada')).rejects.toMatchObject({ exitCode: 2, message });
});

const WITHIN = { timeout: 30_000, interval: 100 };

async function lookUntil(client: Client, endpoint: string, at: Partial<RetrainStatus>): Promise<void> {
  await vi.waitFor(async () => {
    const { status } = await lookAtRetraining(client, { target: 'local', endpoint });
    expect(status).toMatchObject(at);
  }, WITHIN);
}
