import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import { wholeRoute } from '../../domain/route.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { workerDeployment } from '../../worker/deployment.ts';
import { createWorkers } from '../../worker/workers.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  // A version counts as drained after some minutes without open runs; here after a second.
  const soon = ['VisibilityGracePeriod', 'RefreshInterval'].map(
    (name) => `matching.wv.VersionDrainageStatus${name}="1s"`,
  );
  env = await startLocalTemporal(soon.flatMap((setting) => ['--dynamic-config-value', setting]));
});
afterAll(() => env.teardown());

/** `VERSION_DRAINAGE_STATUS_DRAINED` and `VERSIONING_BEHAVIOR_PINNED` of Temporal's API. */
const DRAINED = 2;
const PINNED = 1;

const WAIT = { timeout: 30_000, interval: 50 };

/** One build's workers on every queue, and what they were asked to do. */
class Build {
  readonly did: string[] = [];
  readonly stop: () => Promise<void>;

  private constructor(stop: () => Promise<void>) {
    this.stop = stop;
  }

  static async start(buildId: string, world: World): Promise<Build> {
    const deployment = workerDeployment({ SLIPWAY_BUILD_ID: buildId });
    if (!deployment) throw new Error('a build id makes a version');
    const workers = await createWorkers({
      connection: env.nativeConnection,
      namespace: 'default',
      workflowBundle: { codePath: inject('workflowBundle') },
      activities: noting(world.activities, (step) => build.did.push(step)),
      extra: { workerDeploymentOptions: deployment },
    });
    const running = Promise.all(workers.map((worker) => worker.run()));
    const build = new Build(async () => {
      for (const worker of workers) worker.shutdown();
      await running;
    });
    return build;
  }
}

// First, since workers without a version get nothing once a version is current.
test('rollouts of workers without a version go on under the first version that is made current', async () => {
  const world = new World();
  world.gates['canary-5'] = 'watch';
  const handle = await withWorkers(env, world, async (client) => {
    const started = await startRollout(client);
    await vi.waitFor(async () => expect((await started.query(statusQuery)).desiredWeight).toBe(500), WAIT);
    return started;
  });
  const one = await Build.start('0', world);
  await makeCurrent('0');
  await handle.signal('abort');
  expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
  expect(one.did).toContain('restoreTraffic');
  await one.stop();
});

test('a rollout stays on the build it began with; its soak goes on under the next one, and the old build drains', async () => {
  const world = new World();
  const one = await Build.start('1', world);
  await makeCurrent('1');
  world.gates['canary-5'] = 'watch';
  const handle = await startRollout(env.client, {
    validate: false,
    shadow: false,
    canary: { steps: [5, 50] },
    soak: { duration: '10m', window: '20ms' },
  });
  await vi.waitFor(async () => expect((await handle.query(statusQuery)).desiredWeight).toBe(500), WAIT);
  expect(await versionOf(handle)).toEqual({ behaviour: PINNED, buildId: '1' });

  const two = await Build.start('2', world);
  await makeCurrent('2');
  await handle.executeUpdate('promote', { args: [{ by: 'ada' }] });
  await vi.waitFor(() => expect(two.did).toContain('watchGate soak'), WAIT);

  expect(one.did).toEqual(expect.arrayContaining(['shiftTraffic', 'moveAlias', 'watchGate soak']));
  // Long before its history asks for it.
  expect(one.did.filter((step) => step === 'watchGate soak').length).toBeLessThan(20);
  expect(two.did.filter((step) => step !== 'watchGate soak' && step !== 'recordTransitions')).toEqual([]);
  const newest = env.client.workflow.getHandle(handle.workflowId) as RolloutHandle;
  await vi.waitFor(async () => expect(await versionOf(newest)).toEqual({ behaviour: PINNED, buildId: '2' }), WAIT);
  await vi.waitFor(async () => expect(await drainageOf(env.client, '1')).toBe(DRAINED), WAIT);
  await one.stop();

  await newest.signal('supersede');
  expect(await newest.result()).toMatchObject({ outcome: 'promoted' });
  expect(world.route).toEqual(wholeRoute(CANDIDATE.key));
  expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, at) => at + 1));
  await two.stop();
});

function noting(activities: Activities, note: (step: string) => void): Activities {
  const entries = Object.entries(activities).map(([name, activity]) => [
    name,
    (request: { question?: { stage: string } }) => {
      note(request.question ? `${name} ${request.question.stage}` : name);
      return (activity as (given: unknown) => Promise<unknown>)(request);
    },
  ]);
  return Object.fromEntries(entries) as Activities;
}

/** What `temporal worker deployment set-current-version` does; workers become known with their first poll. */
async function makeCurrent(buildId: string): Promise<void> {
  await vi.waitFor(
    () =>
      env.client.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: 'default',
        deploymentName: 'slipway',
        buildId,
        identity: 'test',
      }),
    WAIT,
  );
}

async function versionOf(handle: RolloutHandle): Promise<{ behaviour: unknown; buildId: unknown }> {
  const { raw } = await handle.describe();
  const { behavior, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  return { behaviour: behavior, buildId: deploymentVersion?.buildId };
}

async function drainageOf(client: Client, buildId: string): Promise<unknown> {
  const { workerDeploymentVersionInfo } = await client.workflowService.describeWorkerDeploymentVersion({
    namespace: 'default',
    deploymentVersion: { deploymentName: 'slipway', buildId },
  });
  return workerDeploymentVersionInfo?.drainageInfo?.status;
}
