import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryActivities } from '../../../activities/registry.ts';
import { attachReport } from '../../../activities/registry/report.ts';
import { digestVersion } from '../../../activities/registry/digest-version.ts';
import { moveAlias } from '../../../activities/registry/alias.ts';
import { readLineage } from '../../../activities/registry/lineage.ts';
import { attachProfile, profileDigest, PROFILE_PATH, readProfile } from '../../../activities/registry/profile.ts';
import { resolveVersion } from '../../../activities/registry/resolve-version.ts';
import { tagVersion } from '../../../activities/registry/tags.ts';
import { profileOf } from '../../../activities/validation/profile.ts';
import { loadDataSet } from '../../../activities/validation/data-set.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import { NO_FENCE, type Fence } from '../../../domain/fence.ts';
import type { PreflightFacts } from '../../../domain/rollout-state.ts';
import { EMPTY_ROUTE } from '../../../domain/route.ts';
import { depsWith } from '../../support/deps.ts';
import { readingOf, stubTarget } from '../../support/stub-target.ts';
import { startMlflow, type MlflowServer } from '../../mlflow/support/mlflow-server.ts';
import { register, type Registered } from './register.ts';

let server: MlflowServer;
let mlflow: MlflowClient;
let first: Registered;
let second: Registered;

beforeAll(async () => {
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
  first = await register(mlflow, 'digits', { MLmodel: 'flavors: {}\n', 'data/weights.bin': 'abc' });
  second = await register(mlflow, 'digits', { MLmodel: 'flavors: {}\n', 'data/weights.bin': 'abd' });
});

afterAll(() => server?.stop());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('resolving a version', () => {
  it('gives number, run and source for a number and for an alias', async () => {
    await mlflow.registeredModels.setAlias('digits', 'challenger', second.version);
    const expected = { model: 'digits', version: '2', runId: second.runId, source: 'models:/digits/2' };
    expect(await resolveVersion(mlflow, 'digits', '2')).toEqual(expected);
    expect(await resolveVersion(mlflow, 'digits', '@challenger')).toEqual(expected);
  });

  it.each([
    ['digits', '9', 'digits has no version 9; its newest is 2'],
    ['digits', '@nobody', 'digits has no alias @nobody; it has @challenger (version 2)'],
    ['digits', 'latest', '"latest" is neither a version number nor an alias; aliases begin with @'],
    ['nothing', '1', 'the registry has no model nothing; MLFLOW_TRACKING_URI names the registry that was asked'],
    ['nothing', '@x', 'the registry has no model nothing; MLFLOW_TRACKING_URI names the registry that was asked'],
  ])('says what there is instead of %s %s, and asks for no retry', async (model, version, message) => {
    const error = { type: 'VersionNotFound', nonRetryable: true, message };
    await expect(resolveVersion(mlflow, model, version)).rejects.toMatchObject(error);
  });
});

describe('the digest of a version', () => {
  it('is the one that sha256sum and sort would give', async () => {
    const lines = [`${sha256('flavors: {}\n')}  MLmodel\n`, `${sha256('abc')}  data/weights.bin\n`];
    const { digest, files } = await digestVersion(mlflow, first);
    expect(digest).toBe(`sha256:${sha256(lines.sort().join(''))}`);
    expect(files).toEqual([
      { path: 'MLmodel', size: 12, sha256: sha256('flavors: {}\n') },
      { path: 'data/weights.bin', size: 3, sha256: sha256('abc') },
    ]);
  });

  it('changes with one byte, and shows how far it is', async () => {
    const seen: number[] = [];
    const other = await digestVersion(mlflow, second, undefined, { onProgress: (bytes) => seen.push(bytes) });
    expect(other.digest).not.toBe((await digestVersion(mlflow, first)).digest);
    expect(Math.max(...seen)).toBe(15);
  });

  it('covers every file of a folder with more files than are hashed at a time', async () => {
    const files = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`part-${i}`, `content ${i}`]));
    const { version } = await register(mlflow, 'many', files);
    const digest = await digestVersion(mlflow, { model: 'many', version });
    expect(digest.files.map(({ path }) => path)).toEqual(Object.keys(files).sort());
  });

  it('is refused for a version without files', async () => {
    const { version } = await register(mlflow, 'empty', {});
    const refused = digestVersion(mlflow, { model: 'empty', version });
    await expect(refused).rejects.toMatchObject({ type: 'VersionNotFound', nonRetryable: true });
  });

  it('stops when it is cancelled', async () => {
    await expect(digestVersion(mlflow, first, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('the lineage of a version', () => {
  it('tells run, commit, data and metrics', async () => {
    const { runId } = first;
    await mlflow.runs.setTag(runId, 'mlflow.source.git.commit', 'c0ffee');
    await mlflow.runs.logMetric(runId, { key: 'accuracy', value: 0.9 });
    await mlflow.runs.logMetric(runId, { key: 'loss', value: Number.NaN });
    const lineage = await readLineage(mlflow, runId);
    expect(lineage).toMatchObject({ runId, runName: 'train-digits', gitCommit: 'c0ffee', metrics: { accuracy: 0.9 } });
  });

  it('is empty without a run, and where the run is gone', async () => {
    const nothing = { runName: null, gitCommit: null, user: null, datasets: [], metrics: {} };
    expect(await readLineage(mlflow, null)).toEqual({ runId: null, ...nothing });
    expect(await readLineage(mlflow, 'f'.repeat(32))).toEqual({ runId: 'f'.repeat(32), ...nothing });
  });
});

describe('the alias', () => {
  const alias = async () => (await mlflow.modelVersions.findByAlias('digits', 'champion'))?.version ?? null;

  it('goes to a version, to another, and away, however often it is asked', async () => {
    for (const version of ['1', '1', '2', null, null, '1']) {
      await moveAlias(mlflow, 'digits', 'champion', version);
      expect(await alias()).toBe(version);
    }
  });

  it('is gone already where the model is gone', async () => {
    await moveAlias(mlflow, 'nothing', 'champion', null);
  });

  it('is not written again when it stands there already', async () => {
    await moveAlias(mlflow, 'digits', 'champion', '1');
    const methods: string[] = [];
    const watched = new MlflowClient({
      trackingUri: server.uri,
      fetch: (url, request) => {
        methods.push(request.method);
        return fetch(url, request);
      },
    });
    await moveAlias(watched, 'digits', 'champion', '1');
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });

  describe('of a route that has been superseded', () => {
    const [mine, newer] = [
      { epoch: 4, sequence: 6 },
      { epoch: 4, sequence: 7 },
    ];
    const facts = { plan: { model: 'digits', target: 'local', endpoint: 'digits' }, alias: 'champion' };

    /** What the target holds, one look after another. */
    const move = (version: string, ...held: Fence[]) => {
      const readEndpoint = () =>
        Promise.resolve(readingOf((held.length > 1 ? held.shift() : held[0]) ?? NO_FENCE, EMPTY_ROUTE));
      const deps = depsWith({ mlflow, target: () => Promise.resolve(stubTarget({ readEndpoint })) });
      const request = { facts: facts as unknown as PreflightFacts, version, fence: mine };
      return createRegistryActivities(deps).moveAlias(request);
    };

    it('stays where the newer one has put it', async () => {
      await moveAlias(mlflow, 'digits', 'champion', '1');
      await expect(move('2', newer)).rejects.toMatchObject({ type: 'StaleFence', nonRetryable: true });
      expect(await alias()).toBe('1');
    });

    it('is put back by a write that came too late', async () => {
      await moveAlias(mlflow, 'digits', 'champion', '1');
      await expect(move('2', mine, newer)).rejects.toMatchObject({ type: 'StaleFence', nonRetryable: true });
      expect(await alias()).toBe('1');
    });

    it('goes on following the route that is in force', async () => {
      await move('2', mine);
      expect(await alias()).toBe('2');
    });
  });

  it('cannot go to a version that the registry has lost, and no retry would help', async () => {
    await moveAlias(mlflow, 'digits', 'champion', '1');
    await expect(moveAlias(mlflow, 'digits', 'champion', '77')).rejects.toMatchObject({
      type: 'VersionNotFound',
      nonRetryable: true,
      message: 'the registry has no version 77 of digits any more, so @champion cannot point at it',
    });
    expect(await alias()).toBe('1');
  });
});

it('tags a version, again and with new values', async () => {
  await tagVersion(mlflow, first, { 'slipway.rollout': 'local.digits.1', 'slipway.outcome': 'held' });
  await tagVersion(mlflow, first, { 'slipway.rollout': 'local.digits.1', 'slipway.outcome': 'promoted' });
  const { tags } = await mlflow.modelVersions.get({ name: 'digits', version: first.version });
  expect(tags).toMatchObject({ 'slipway.rollout': 'local.digits.1', 'slipway.outcome': 'promoted' });
});

it('leaves the tags of a later rollout to it, when an attempt of an earlier one comes late', async () => {
  const endpoint = 'local/digits';
  const read = async () => (await mlflow.modelVersions.get({ name: 'digits', version: second.version })).tags;
  const later = { 'slipway.outcome': 'promoted', 'slipway.endpoint': endpoint, 'slipway.ledger_head': '21:sha256:aa' };
  await tagVersion(mlflow, second, { ...later, 'slipway.outcome': 'held', 'slipway.ledger_head': '9:sha256:bb' });
  await tagVersion(mlflow, second, later);
  await tagVersion(mlflow, second, { ...later, 'slipway.outcome': 'held', 'slipway.ledger_head': '9:sha256:bb' });
  expect(await read()).toMatchObject(later);
  // Another endpoint has a ledger of its own.
  const elsewhere = { ...later, 'slipway.endpoint': 'prod/digits', 'slipway.ledger_head': '2:sha256:cc' };
  await tagVersion(mlflow, second, elsewhere);
  expect(await read()).toMatchObject(elsewhere);
});

describe('the report', () => {
  const facts = (runId: string | null) => ({
    rolloutId: 'local.digits.4',
    candidate: { ...first, runId, digest: 'sha256:aa', key: 'v1-aa', source: 'models:/digits/1' },
    snapshot: { stable: null },
    lineage: { runId, runName: 'train', gitCommit: null, user: 'ann', datasets: [], metrics: {} },
    plan: { target: 'local', endpoint: 'digits' },
  });
  const end = {
    outcome: 'rolled_back' as const,
    reason: 'RolledBack' as const,
    detail: 'errors | 4 %',
    verdict: null,
    history: [
      {
        effectiveAt: '2026-01-01T00:00:00.000Z',
        stage: 'canary',
        step: 'canary-10',
        reason: 'GateFailed' as const,
        actor: { name: 'slipway' },
      },
    ],
  };

  it('lies with the run as JSON and Markdown, and a repetition replaces it', async () => {
    const uri = await attachReport(mlflow, facts(first.runId), end);
    expect(await attachReport(mlflow, facts(first.runId), end)).toBe(uri);
    expect(uri).toBe(`runs:/${first.runId}/slipway/local.digits.4/report.md`);
    const read = (name: string) => mlflow.artifacts.text({ runId: first.runId }, `slipway/local.digits.4/${name}`);
    expect(JSON.parse(await read('report.json'))).toMatchObject({
      outcome: 'rolled_back',
      rolloutId: 'local.digits.4',
    });
    expect(await read('report.md')).toContain('| canary-10 | a metric is worse than stable | slipway |');
  });

  it('has no place without a run', async () => {
    expect(await attachReport(mlflow, facts(null), end)).toBeNull();
    expect(await attachReport(mlflow, facts('f'.repeat(32)), end)).toBeNull();
  });
});

describe('a data set among the artifacts of a run', () => {
  const wanted = (source: string) => ({ source, label: 'y', exclude: [], maxRows: null, slices: [] });

  it('is downloaded and read', async () => {
    await mlflow.artifacts.upload({ runId: first.runId }, 'eval/set.csv', 'x,y\n1,a\n2,b\n');
    const data = await loadDataSet(mlflow, wanted(`runs:/${first.runId}/eval/set.csv`));
    expect([data.rows, data.labels, data.sha256]).toEqual([2, ['a', 'b'], `sha256:${sha256('x,y\n1,a\n2,b\n')}`]);
    await data.close();
  });

  it('is refused by name when there is none', async () => {
    const source = `runs:/${first.runId}/eval/none.csv`;
    const error = { type: 'InvalidData', message: `${source}: the registry has no such artifact` };
    await expect(loadDataSet(mlflow, wanted(source))).rejects.toMatchObject(error);
  });
});

describe('the profile of a version', () => {
  const rows = Array.from({ length: 300 }, (_, i) => `${i % 50},${i % 3 === 0 ? 'night' : 'day'},${i},${i % 9}.0,a`);

  it('is kept on its run and read back as it was, of the inputs and of what the version answered', async () => {
    await mlflow.artifacts.upload({ runId: first.runId }, 'eval/p.csv', ['age,light,id,height,y', ...rows].join('\n'));
    const source = `runs:/${first.runId}/eval/p.csv`;
    const data = await loadDataSet(mlflow, { source, label: 'y', exclude: ['id'], maxRows: null, slices: [] });
    const answers = Array.from({ length: 300 }, (_, i) => (i === 7 ? null : i % 3));
    const profile = await profileOf(data, answers);
    await data.close();
    await attachProfile(mlflow, first.runId, profile);
    expect(await readProfile(mlflow, first.runId)).toEqual(profile);
    expect(profileDigest(profile)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(profile).toMatchObject({ rows: 300, columns: ['age', 'light', 'height'], sha256: data.sha256 });
    expect(profile.inputs['light']).toMatchObject({ type: 'text', counts: [200, 100, 0, 0] });
    expect(profile.inputs['age']).toMatchObject({ type: 'whole', range: [0, 49] });
    expect(profile.inputs['height'], 'written with decimals, by chance none').toMatchObject({ type: 'number' });
    expect(profile.outputs['prediction']?.counts).toEqual([100, 100, 99, 1, 0]);
  });

  it('is none where none was made, and says so of one that another release wrote', async () => {
    expect(await readProfile(mlflow, null)).toBeNull();
    expect(await readProfile(mlflow, second.runId)).toBeNull();
    await attachProfile(mlflow, null, {} as never);
    await mlflow.artifacts.upload({ runId: second.runId }, PROFILE_PATH, '{"format":2}');
    await expect(readProfile(mlflow, second.runId)).rejects.toMatchObject({ type: 'InvalidData' });
  });
});
