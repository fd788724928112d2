import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createBuildActivities } from '../../activities/build.ts';
import type { ServingTarget } from '../../activities/targets/target.ts';
import type { VersionState, VersionStatus } from '../../domain/serving-contract.ts';
import { wholeRoute } from '../../domain/route.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { depsWith } from '../support/deps.ts';
import { readingOf, stubTarget } from '../support/stub-target.ts';
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

async function run(parts: Partial<ServingTarget>) {
  const facts: PreflightFacts = await new MockActivityEnvironment().run(new World().activities.preflight, {
    input: { spec: { endpoint: 'digits', model: 'digits' } },
    rolloutKey: 'test',
  });
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
