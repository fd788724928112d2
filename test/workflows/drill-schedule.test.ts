import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { changeSchedule, listSchedules, setSchedule } from '../../client/schedules/schedules.ts';
import type { DrillInput } from '../../domain/drill.ts';
import type { ScheduledDrill } from '../../workflows/scheduled-drill.ts';
import { drillOptions, TASK_QUEUES } from '../../workflows/messages.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

test('at its time a schedule holds a drill as it was asked for, and its result says what was proven', async () => {
  const world = new World();
  world.gates['canary-1'] = 'fail';
  const place = { target: 'local', endpoint: freshEndpoint() };
  await withWorkers(env, world, async (client) => {
    const asked = { kind: 'drill' as const, ...place, fault: 'dead' as const, weight: 100, reason: 'the audit asks' };
    await setSchedule(client, asked, { every: '7d' }, 'ada');
    const schedule = client.schedule.getHandle(`drill.local.${place.endpoint}.schedule`);
    await schedule.trigger();
    const workflowId = await vi.waitFor(async () => {
      const [action] = (await schedule.describe()).info.recentActions;
      expect(action).toBeDefined();
      return action?.action.workflow.workflowId ?? '';
    }, WITHIN);
    const result = (await client.workflow.getHandle(workflowId).result()) as ScheduledDrill;
    expect(result).toMatchObject({
      how: 'held',
      passed: true,
      detail: expect.stringContaining('dead on 1 %') as string,
    });
    const started = world.ledger.find(({ reason }) => reason === 'DrillStarted');
    expect(started).toMatchObject({
      actor: { name: 'schedule' },
      detail: { message: 'every 7d, set by ada: the audit asks' },
    });
    await changeSchedule(client, { ...place, kind: 'drill' }, 'delete', 'ada');
  });
});

test('while anything else has the endpoint its time goes by, and nothing is taken from it', async () => {
  const world = new World();
  world.gates['shadow'] = 'fail';
  const input = { target: 'local', endpoint: freshEndpoint() };
  world.before = (activity) => (activity === 'prepareDrill' ? world.released : undefined);
  await withWorkers(env, world, async (client) => {
    const byHand = await client.workflow.start('drill', drillOptions(input));
    expect(await atItsTime(input)).toMatchObject({ how: 'busy', passed: null });
    world.release();
    expect(await byHand.result()).toMatchObject({ passed: true });
    expect(world.ledger.filter(({ reason }) => reason === 'DrillStarted')).toHaveLength(1);
  });
});

test('what would be refused by hand is refused, with the reason', async () => {
  const world = new World();
  const input = { target: 'local', endpoint: freshEndpoint() };
  world.before = (activity) => {
    if (activity === 'prepareDrill') throw failure('VersionNotFound', 'nothing serves there');
  };
  await withWorkers(env, world, async () =>
    expect(await atItsTime(input)).toEqual({ how: 'refused', passed: null, detail: 'nothing serves there' }),
  );
});

test('an endpoint has one schedule of each kind, both are listed, and which one is meant has to be said', async () => {
  const place = { target: 'local', endpoint: freshEndpoint() };
  await setSchedule(env.client, { kind: 'drill', ...place }, { every: '7d' }, 'ada');
  const change = (kind: 'drill' | null) => changeSchedule(env.client, { ...place, kind }, 'pause', 'ada');
  expect(await change(null)).toBe('drill');
  await setSchedule(env.client, { kind: 'retrain', ...place }, { every: '1d' }, 'bob');
  expect(await listSchedules(env.client, place)).toMatchObject([
    { kind: 'retrain', when: 'every 1d, set by bob', paused: false },
    { kind: 'drill', when: 'every 7d, set by ada', paused: true, next: null },
  ]);
  await expect(change(null)).rejects.toMatchObject({ exitCode: 2, message: /two schedules: add --of/ });
  for (const kind of ['drill', 'retrain'] as const)
    await changeSchedule(env.client, { ...place, kind }, 'delete', 'ada');
  await expect(change('drill')).rejects.toThrow('has no schedule of kind drill');
});

const WITHIN = { timeout: 60_000, interval: 100 };

/** As the schedule starts it. */
async function atItsTime(input: DrillInput): Promise<unknown> {
  const workflowId = `drill.${input.target}.${input.endpoint}.scheduled`;
  return env.client.workflow.execute('scheduledDrill', { workflowId, taskQueue: TASK_QUEUES.workflows, args: [input] });
}
