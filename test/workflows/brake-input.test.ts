import type { TestWorkflowEnvironment } from '@temporalio/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';
import { MESSAGE_LIMITS, readGate, readMessage } from '../../workflows/read-message.ts';
import { startRollout, untilStatus, untilWeight, type RolloutHandle } from '../support/rollouts.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const ANYTHING = fc.oneof(
  fc.anything(),
  fc.string({ unit: 'binary' }),
  fc.record({ by: fc.anything(), reason: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), gate: fc.anything() }),
);

test('whatever a message carries, it is read without a fault, and never longer or wilder than a ledger takes', () => {
  fc.assert(
    fc.property(ANYTHING, (input) => {
      const { by = '', reason = '' } = readMessage(input);
      for (const [text, limit] of [
        [by, MESSAGE_LIMITS.by],
        [reason, MESSAGE_LIMITS.reason],
        [readGate(input), MESSAGE_LIMITS.by],
      ] as const) {
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toContain('\0');
      }
    }),
  );
});

test('what people write is kept as it is, line by line', () => {
  const reason = 'Łódź: p95 doubled ✗\n\tsee the dashboard';
  expect(readMessage({ by: 'zoë', reason })).toEqual({ by: 'zoë', reason });
  expect(readMessage('wrong model')).toEqual({ reason: 'wrong model' });
  expect(readMessage({ reason: 'x'.repeat(MESSAGE_LIMITS.reason) }).reason).toHaveLength(MESSAGE_LIMITS.reason);
  expect(readGate('full')).toBe('full');
});

test('a rollout goes on whatever its signals and updates carry', async () => {
  const world = new World();
  world.gates['canary-10'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilWeight(handle, 1_000);
    for (const input of [undefined, null, 7, 'stop', [], {}, { by: {}, reason: 7 }, { gate: [] }]) {
      await handle.signal('pause', input);
      await handle.signal('resume', input);
      await refused(handle, 'approve', input);
    }
    await handle.executeUpdate('promote', { args: [null] });
    return handle.result();
  });
  expect(result.outcome).toBe('promoted');
  const names = new Set(world.ledger.map(({ actor }) => actor.name));
  expect([...names]).toEqual(['test', 'slipway', 'unknown']);
});

test('a reason of two megabytes stops a rollout like any other, and leaves a short one behind', async () => {
  const world = new World();
  world.gates['canary-10'] = 'watch';
  const result = await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client);
    await untilWeight(handle, 1_000);
    await handle.signal('abort', { by: 'ada', reason: 'why? '.repeat(400_000) });
    return handle.result();
  });
  expect(result.outcome).toBe('aborted');
  expect(JSON.stringify(result).length).toBeLessThan(3_000);
  expect(Math.max(...world.ledger.map((entry) => JSON.stringify(entry.detail).length))).toBeLessThan(5_000);
});

test('an approval of nothing is refused with what would be approved now', async () => {
  const world = new World();
  await withWorkers(env, world, async (client) => {
    const handle = await startRollout(client, { approval: ['full'] });
    await untilStatus(handle, ({ waitingFor }) => waitingFor === 'full');
    await refused(handle, 'approve', undefined);
    await handle.executeUpdate('approve', { args: ['full'] });
    expect((await handle.result()).outcome).toBe('promoted');
  });
});

test.each(['rollout', 'rollback'])(
  'a %s that is started with no input at all fails with what is missing',
  async (type) => {
    const world = new World();
    world.before = () => {
      throw failure('InvalidSpec', 'the specification is missing');
    };
    await withWorkers(env, world, async (client) => {
      const options = { workflowId: rolloutWorkflowId('local', freshEndpoint()), taskQueue: TASK_QUEUES.workflows };
      await expect(client.workflow.execute(type, options)).rejects.toMatchObject({
        cause: { cause: { message: 'the specification is missing' } },
      });
    });
  },
);

async function refused(handle: RolloutHandle, update: string, input: unknown): Promise<void> {
  await expect(handle.executeUpdate(update, { args: [input] })).rejects.toMatchObject({
    cause: { type: 'InvalidApproval' },
  });
}
