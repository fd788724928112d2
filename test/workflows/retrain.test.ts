import type { WorkflowFailedError } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { startRetrain, untilRetrain } from '../support/retrainings.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('a new version is trained and rolled out, for whoever asked, and the rollout outlives the retraining', async () => {
  const world = new World();
  const endpoint = freshEndpoint();
  await withWorkers(env, world, async (client) => {
    const handle = await startRetrain(client, endpoint);
    const result = await handle.result();
    expect(result).toMatchObject({
      outcome: 'started',
      version: '2',
      rollout: { workflowId: rolloutWorkflowId('local', endpoint) },
    });
    const rollout = client.workflow.getHandle(rolloutWorkflowId('local', endpoint), result.rollout?.runId);
    expect(await rollout.result()).toMatchObject({ outcome: 'promoted' });
    expect(world.trained).toEqual([result.retrainId]);
    expect((await rollout.describe()).memo).toEqual({ by: 'ada, by retraining', requestId: result.retrainId });
  });
  expect(world.ledger[0]).toMatchObject({ reason: 'RolloutStarted', actor: { name: 'ada, by retraining' } });
  expect(world.ledger[0]?.detail['spec']).toMatchObject({
    endpoint,
    version: '2',
    retrain: { job: { command: ['train'] } },
  });
});

test.each([
  ['trainModel', failure('JobFailed', 'the job ended with code 3\nits log ends with:\nout of memory')],
  ['takeTrained', failure('NoVersionRegistered', 'the job registered no new version')],
])('where %s fails nothing is rolled out, and people are told at once', async (activity, error) => {
  const world = new World();
  const alerts: unknown[] = [];
  world.before = (name) => {
    if (name === activity) throw error;
  };
  world.activities.sendAlert = async ({ alert }) => void alerts.push(alert);
  const endpoint = freshEndpoint();
  await withWorkers(env, world, async (client) => {
    const handle = await startRetrain(client, endpoint, { cooldown: '1h' }, [{ webhook: 'http://hook' }]);
    await untilRetrain(handle, { phase: 'cooldown', outcome: 'failed', rollout: null });
    expect(alerts).toMatchObject([
      { name: 'RetrainFailed', endpoint, summary: expect.stringMatching(/: the job [^\n]*$/) as string },
    ]);
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: error.type } } });
    await expect(client.workflow.getHandle(rolloutWorkflowId('local', endpoint)).describe()).rejects.toThrow();
  });
});

test('cancelling waits until the job has ended, and rolls nothing out', async () => {
  const world = new World();
  let hasEnded = false;
  world.activities.trainModel = async () => {
    const beat = setInterval(() => Context.current().heartbeat(), 100);
    try {
      return await Context.current().cancelled;
    } finally {
      await world.released;
      hasEnded = true;
      clearInterval(beat);
    }
  };
  const endpoint = freshEndpoint();
  await withWorkers(env, world, async (client) => {
    const handle = await startRetrain(client, endpoint);
    await untilRetrain(handle, { phase: 'training' });
    await handle.cancel();
    const ended = handle.result().catch((error: unknown) => error);
    setTimeout(world.release, 500);
    const error = await ended;
    expect(hasEnded).toBe(true);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    await expect(client.workflow.getHandle(rolloutWorkflowId('local', endpoint)).describe()).rejects.toThrow();
  });
});
