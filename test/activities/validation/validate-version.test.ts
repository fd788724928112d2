import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointReading, ServingTarget } from '../../../activities/targets/target.ts';
import { validateVersion } from '../../../activities/validation/validate-version.ts';
import { planRollout } from '../../../domain/plan.ts';
import type { PreflightFacts } from '../../../domain/rollout-state.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import { EMPTY_ROUTE } from '../../../domain/route.ts';
import { NO_FENCE } from '../../../domain/fence.ts';
import type { VersionState, VersionStatus } from '../../../domain/serving-contract.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';

let folder: string;
let source: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-'));
  source = join(folder, 'set.csv');
  const rows = Array.from({ length: 400 }, (_, i) => `${i},${i % 4 === 0 ? 'night' : 'day'},${i % 3}`);
  await writeFile(source, ['x,light,label', ...rows].join('\n'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const status = (key: string, state: VersionState = 'ready'): VersionStatus => ({
  ...{ key, state, detail: 'loading weights', address: null, predictPath: '/invocations' },
  ...{ pid: null, restarts: 0, memoryBytes: null, startedAt: null },
});

type Model = (x: number, light: string) => number;
const right: Model = (x) => x % 3;
const blindAtNight: Model = (x, light) => (light === 'night' ? 0 : x % 3);

/** A target whose versions answer by these functions. */
function target(models: Readonly<Record<string, Model>>, states: Readonly<Record<string, VersionState>> = {}) {
  const versions = Object.keys(models).map((key) => status(key, states[key]));
  const part: Pick<ServingTarget, 'readEndpoint' | 'predict'> = {
    readEndpoint: () => Promise.resolve({ versions } as unknown as EndpointReading),
    predict: async ({ key }, body) => {
      const { data } = (JSON.parse(body) as { dataframe_split: { data: [number, string][] } }).dataframe_split;
      const predictions = data.map(([x, light]) => models[key]?.(x, light));
      return { status: 200, body: JSON.stringify({ predictions }), ms: 3 };
    },
  };
  return part;
}

const pinned = (version: string) => ({
  ...{ model: 'demo', version, digest: 'sha256:aa', key: `v${version}-aa`, source: '', runId: null },
});

function facts(validate: Partial<NonNullable<RolloutSpec['validate'] & object>>, hasStable = true): PreflightFacts {
  const data = { source, label: 'label' };
  return {
    plan: planRollout({ endpoint: 'demo', model: 'demo', validate: { data, ...validate } }),
    rolloutId: 'local.demo.1',
    epoch: 1,
    candidate: pinned('2'),
    snapshot: { fence: NO_FENCE, route: EMPTY_ROUTE, stable: hasStable ? pinned('1') : null, champion: null },
    alias: 'champion',
    lineage: { runId: null, runName: null, gitCommit: null, user: null, datasets: [], metrics: { accuracy: 1 } },
    url: null,
  };
}

const runOf = (runId: string, value: number) => ({
  ...{ runId, tags: {}, datasets: [], metrics: { accuracy: { key: 'accuracy', value } } },
});

const mlflow = new MlflowClient({ trackingUri: 'http://127.0.0.1:9' });

describe('validating a version', () => {
  it('scores candidate and stable on the same rows and passes one that is as good', async () => {
    const done: number[] = [];
    const verdict = await validateVersion({
      mlflow,
      target: target({ 'v1-aa': right, 'v2-aa': right }),
      facts: facts({ reproduce: { accuracy: 0.001 } }),
      onProgress: (rows) => done.push(rows),
    });
    expect(verdict).toMatchObject({
      decision: 'pass',
      samples: { candidate: 400, stable: 400 },
      batches: { count: 8 },
    });
    expect(done.at(-1)).toBe(400);
  });

  it('holds every arm of a test to what its own run has logged', async () => {
    const logged: Readonly<Record<string, number>> = { 'run-2': 1, 'run-3': 0.34 };
    const get = (runId: string) => Promise.resolve(runOf(runId, logged[runId] ?? 0));
    const registry = { runs: { get }, artifacts: { upload: () => Promise.resolve() } } as unknown as MlflowClient;
    const first = facts({ reproduce: { accuracy: 0.001 } }, false);
    const lineage = { ...first.lineage, runId: 'run-2' };
    const judge = (version: string, answers: Model) => {
      const candidate = { ...pinned(version), runId: `run-${version}` };
      const versions = target({ [candidate.key]: answers });
      return validateVersion({ mlflow: registry, target: versions, facts: { ...first, candidate, lineage } });
    };
    expect(await judge('2', right)).toMatchObject({ decision: 'pass' });
    expect(await judge('3', right)).toMatchObject({ decision: 'fail', reason: 'SkewFound' });
    expect((await judge('3', right)).summary).toContain('0.34');
  });

  it('names the slice in which a candidate fails', async () => {
    const slices = [{ name: 'night', where: `light = 'night'` }];
    const verdict = await validateVersion({
      mlflow,
      target: target({ 'v1-aa': right, 'v2-aa': blindAtNight }),
      facts: facts({ slices, margin: 0.2 }),
    });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'ValidationFailed' });
    expect(verdict.profile).toBeUndefined();
    expect(verdict.summary).toContain('worse in slice "night": accuracy 0.34 against 1 of stable on 100 rows');
  });

  it('needs no stable where nothing has been served yet', async () => {
    const kept: unknown[] = [];
    const keepProfile = async (...named: unknown[]) => void kept.push(named);
    const versions = { ...target({ 'v2-aa': right }), keepProfile };
    const wanted = { mlflow, target: versions, facts: facts({ limits: { accuracy: 0.99 } }, false) };
    const profile = expect.stringMatching(/^sha256:/) as string;
    const passed = { decision: 'pass', samples: { candidate: 400, stable: 0 }, profile };
    const verdict = await validateVersion(wanted);
    expect(verdict).toMatchObject(passed);
    // What counts the version's traffic is told what is normal of it.
    expect(kept).toMatchObject([
      ['demo', 'v2-aa', { digest: verdict.profile, profile: { rows: 400, columns: ['x', 'light'] } }],
    ]);
  });

  it('waits for a server that is not up, by a failure that is retried', async () => {
    const models = { 'v1-aa': right, 'v2-aa': right };
    const wanted = { mlflow, target: target(models, { 'v2-aa': 'starting' }), facts: facts({}) };
    await expect(validateVersion(wanted)).rejects.toMatchObject({ type: 'NotReady', nonRetryable: false });
    await expect(validateVersion(wanted)).rejects.toThrow(
      'v2-aa is not ready for validation: starting, loading weights',
    );
  });
});
