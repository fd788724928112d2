import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createBuildActivities } from '../../activities/build.ts';
import type { ServingTarget } from '../../activities/targets/target.ts';
import type { VersionState, VersionStatus } from '../../domain/serving-contract.ts';
import { wholeRoute } from '../../domain/route.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import type { Duration } from '../../domain/duration.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { depsWith } from '../support/deps.ts';
import { readingOf, stubTarget, trafficOf } from '../support/stub-target.ts';
import { useDatabase } from '../store/database.ts';

const db = useDatabase();
/** A registry that does not answer while the target is asked. */
const SILENT = new MlflowClient({ trackingUri: 'http://registry', fetch: () => new Promise<never>(() => undefined) });

test('a version that is retired while it starts is not brought back', async () => {
  let asked = 0;
  const build = run({
    ensureVersion: () => Promise.resolve(status('starting', (asked += 1))),
    readEndpoint: () => Promise.resolve(readingOf({ epoch: 1, sequence: 1 }, wholeRoute(STABLE.key))),
  });
  await expect(build).rejects.toThrow('was retired while it started');
  expect(asked).toBe(1);
});

test('a version that does not start is given up with the reason', async () => {
  const build = run({ ensureVersion: () => Promise.resolve(status('failed', 1)) });
  await expect(build).rejects.toMatchObject({ type: 'CandidateBroken', nonRetryable: true });
});

test('a version is stopped only once its last answers are given', async () => {
  const active = [2, 1, 0];
  const readTraffic = () => Promise.resolve(trafficOf(CANDIDATE.key, 5, active.shift() ?? 0));
  const stopped = await retired({ readTraffic }, '1m');
  expect(stopped).toEqual([CANDIDATE.key]);
  expect(active).toEqual([]);
});

test.for([
  { what: 'does not end', parts: { readTraffic: () => Promise.resolve(trafficOf(CANDIDATE.key, 5, 1)) } },
  { what: 'cannot be read', parts: {} },
])('a request that $what holds no version up for ever', async ({ parts }) => {
  expect(await retired(parts, '500ms')).toEqual([CANDIDATE.key]);
});

/** The versions that were stopped. */
async function retired(parts: Partial<ServingTarget>, timeout: Duration): Promise<string[]> {
  const facts = await factsOf({ timeout });
  const stopped: string[] = [];
  const target = stubTarget({ retireVersion: async (_endpoint, key) => void stopped.push(key), ...parts });
  const { retireVersion } = createBuildActivities(depsWith({ target: () => Promise.resolve(target) }));
  await new MockActivityEnvironment().run(retireVersion, { facts, key: CANDIDATE.key });
  return stopped;
}

function factsOf(serving: NonNullable<RolloutSpec['serving']> = {}): Promise<PreflightFacts> {
  return new MockActivityEnvironment().run(new World().activities.preflight, {
    input: { spec: { endpoint: 'digits', model: 'digits', serving } },
    rolloutKey: 'test',
  });
}

async function run(parts: Partial<ServingTarget>) {
  const facts = await factsOf();
  const target = stubTarget({ ensureEndpoint: () => Promise.resolve(), ...parts });
  const { buildVersion } = createBuildActivities(
    depsWith({ pool: db.pool, mlflow: SILENT, target: () => Promise.resolve(target) }),
  );
  return new MockActivityEnvironment().run(buildVersion, { facts, entries: [] });
}

function status(state: VersionState, pid: number): VersionStatus {
  const nothing = { address: null, memoryBytes: null, startedAt: null, restarts: 0 };
  return { key: CANDIDATE.key, state, detail: 'it says why', predictPath: '/invocations', pid, ...nothing };
}
