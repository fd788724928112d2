import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import { createOutcomeActivities } from '../../activities/outcome.ts';
import { createPreflightActivities } from '../../activities/preflight.ts';
import { rememberVersion } from '../../activities/store/versions.ts';
import type { PreflightFacts } from '../../domain/rollout-state.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { PullInput } from '../../domain/outcome-pull.ts';
import { splitRoute, wholeRoute, type Route } from '../../domain/route.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { startMlflow, type MlflowServer } from '../mlflow/support/mlflow-server.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { readingOf, stubTarget } from '../support/stub-target.ts';
import { STABLE } from '../support/world.ts';
import { register } from './registry/register.ts';

const db = useDatabase();
let server: MlflowServer;
let mlflow: MlflowClient;

beforeAll(async () => {
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
  await register(mlflow, 'digits', { 'weights.txt': 'one' });
  await register(mlflow, 'digits', { 'weights.txt': 'two' });
  await register(mlflow, 'digits', { 'weights.txt': 'three' });
});
afterAll(() => server.stop());

test('every fault of a specification is named, and nothing is asked of anyone', async () => {
  const spec = {
    endpoint: 'Digits!',
    model: 'digits',
    canary: { steps: [50, 10] },
    gates: { alpha: 7 },
  } as RolloutSpec;
  await expect(preflight(spec)).rejects.toMatchObject({
    type: 'InvalidSpec',
    nonRetryable: true,
    message: expect.stringMatching(/3 fault.*endpoint: .*gates\.alpha: .*canary\.steps\[1\]: /) as string,
  });
});

test('a version is pinned by its content, and the first on an endpoint has nothing to go back to', async () => {
  const facts = await preflight({ endpoint: 'fresh', model: 'digits', version: 2 });
  expect(facts.candidate).toMatchObject({ version: '2', key: expect.stringMatching(/^v2-[0-9a-f]{12}$/) as string });
  expect(facts.snapshot).toMatchObject({ stable: null, champion: null, route: { arms: [] } });
  expect(facts.rolloutId).toBe('local.fresh.1');
});

test('the same rollout asked twice keeps its epoch, another one gets the next', async () => {
  const spec = { endpoint: 'epochs', model: 'digits', version: 1 };
  const epochs = [
    await preflight(spec, { key: 'a' }),
    await preflight(spec, { key: 'a' }),
    await preflight(spec, { key: 'b' }),
  ];
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 1, 2]);
});

test('a second endpoint of a model has an alias of its own', async () => {
  const first = await preflight({ endpoint: 'fresh', model: 'digits', version: 1 });
  const second = await preflight({ endpoint: 'other', model: 'digits', version: 1 });
  expect([first.alias, second.alias]).toEqual(['champion', 'champion-other']);
});

test('a version that serves all traffic already is not rolled out again', async () => {
  const { candidate } = await preflight({ endpoint: 'serving', model: 'digits', version: 1 });
  await rememberVersion(
    db.pool,
    { target: 'local', endpoint: 'serving' },
    { version: candidate, runtime: { kind: 'mlflow' } },
  );
  const again = preflight({ endpoint: 'serving', model: 'digits', version: 1 }, { route: wholeRoute(candidate.key) });
  await expect(again).rejects.toMatchObject({ type: 'AlreadyServing' });
});

test('the arms of a test are pinned by their content, and each is another version', async () => {
  const { candidate: stable } = await preflight({ endpoint: 'tested', model: 'digits', version: 1 });
  await rememberVersion(
    db.pool,
    { target: 'local', endpoint: 'tested' },
    { version: stable, runtime: { kind: 'mlflow' } },
  );
  const tested = (version: number) =>
    preflight(
      {
        endpoint: 'tested',
        model: 'digits',
        version: 2,
        sticky: { header: 'x-user' },
        ab: { metrics: [{ name: 'paid' }], arms: [{ version }] },
      },
      { route: wholeRoute(stable.key), mostArms: 3 },
    );
  const facts = await tested(3);
  expect(facts.arms).toMatchObject([{ version: '3', key: expect.stringMatching(/^v3-[0-9a-f]{12}$/) as string }]);
  for (const taken of [1, 2]) await expect(tested(taken)).rejects.toThrow(`ab.arms: digits version ${taken} `);
});

test('a target that splits users among two versions only refuses a test of three', async () => {
  const ab = { metrics: [{ name: 'paid' }], arms: [{ version: 3 }] };
  const spec = { endpoint: 'fresh', model: 'digits', version: 1, sticky: { header: 'x-user' }, ab };
  await expect(preflight(spec)).rejects.toThrow('an A/B test of 3 arms; leave out `ab.arms`');
});

test('an endpoint that a terminated rollout left between two versions is refused, with the way out', async () => {
  const route = splitRoute('v1-111111111111', 'v2-222222222222', 3_000);
  await expect(preflight({ endpoint: 'torn', model: 'digits', version: 1 }, { route })).rejects.toMatchObject({
    type: 'EndpointUnsettled',
    message: expect.stringContaining('v1-111111111111 70 %, v2-222222222222 30 %') as string,
  });
});

test('a version that Slipway did not deploy is refused as something to go back to', async () => {
  const route = wholeRoute(STABLE.key);
  const refused = preflight({ endpoint: 'foreign', model: 'digits', version: 2 }, { route });
  await expect(refused).rejects.toThrow('which Slipway did not deploy');
});

test('a secret that the worker does not have is found before anything starts', async () => {
  const notify = [{ webhook: 'https://example.org/hook', secretEnv: 'NO_SUCH_SECRET' }];
  await expect(preflight({ endpoint: 'fresh', model: 'digits', version: 1, notify })).rejects.toThrow('NO_SUCH_SECRET');
});

test("where a specification does not say who is told, the worker's own receivers are; an empty list means nobody", async () => {
  const own = [{ webhook: 'https://example.org/hook', secretEnv: 'NO_SUCH_SECRET' }];
  const spec = { endpoint: 'told', model: 'digits', version: 1 };
  const told = (given: RolloutSpec, env: Deps['env']): Promise<PreflightFacts> =>
    new MockActivityEnvironment().run(
      createPreflightActivities({ ...deps(), env, receivers: () => Promise.resolve(own) }).preflight,
      { input: { spec: given }, rolloutKey: 'told' },
    );
  expect((await told(spec, { NO_SUCH_SECRET: 'x' })).plan.notify).toEqual(own);
  expect((await told({ ...spec, notify: [] }, {})).plan.notify).toEqual([]);
  await expect(told(spec, {})).rejects.toThrow('NO_SUCH_SECRET');
});

test('what a specification says of outcomes is asked for at the start, and one that cannot be asked stops nothing', async () => {
  const asked: PullInput[] = [];
  const outcomes = {
    asked: (input: PullInput) => {
      asked.push(input);
      return asked.length === 1 ? Promise.resolve() : Promise.reject(new Error('Temporal does not answer'));
    },
    idle: () => Promise.resolve([]),
  };
  const activities = createPreflightActivities({ ...deps(), outcomes });
  const run = (spec: RolloutSpec): Promise<PreflightFacts> =>
    new MockActivityEnvironment().run(activities.preflight, { input: { spec }, rolloutKey: spec.endpoint });
  const spec = { endpoint: 'read', model: 'digits', version: 1 };
  const query = 'select id, label, at from returns where at > $1';
  await run({ ...spec, outcomes: { sql: { connectionEnv: 'WAREHOUSE_URL', query } } });
  expect((await run(spec)).candidate.version, 'although nobody could be told').toBe('1');
  expect(asked).toMatchObject([
    { target: 'local', endpoint: 'read', model: 'digits', plan: { query, everyMs: 300_000 }, receivers: [] },
    { endpoint: 'read', plan: null },
  ]);
});

test('the outcome is left on the version: tags, a report, and the head of the ledger', async () => {
  const facts = await preflight({ endpoint: 'marked', model: 'digits', version: 1 });
  const { publishOutcome } = createOutcomeActivities(deps());
  const ended = { facts, outcome: 'promoted', reason: 'Promoted', detail: '', verdict: null } as const;
  await new MockActivityEnvironment().run(publishOutcome, ended);
  const { tags } = await mlflow.modelVersions.get({ name: 'digits', version: '1' });
  expect(tags).toMatchObject({
    'slipway.outcome': 'promoted',
    'slipway.endpoint': 'local/marked',
    'slipway.rollout': facts.rolloutId,
  });
  const report = await mlflow.artifacts.text(
    { runId: facts.candidate.runId ?? '' },
    `slipway/${facts.rolloutId}/report.md`,
  );
  expect(report).toContain(`# Rollout ${facts.rolloutId}: promoted`);
});

function preflight(
  spec: RolloutSpec,
  { key = spec.endpoint, route, mostArms }: { key?: string; route?: Route; mostArms?: number } = {},
): Promise<PreflightFacts> {
  const activities = createPreflightActivities(deps(route, mostArms));
  return new MockActivityEnvironment().run(activities.preflight, { input: { spec }, rolloutKey: key });
}

function deps(route?: Route, mostArms = 2): Deps {
  const reading = route ? readingOf({ epoch: 0, sequence: 0 }, route) : null;
  const can = stubTarget().capabilities;
  const target = stubTarget({
    readEndpoint: () => Promise.resolve(reading),
    capabilities: async () => ({ ...(await can()), mostArms }),
  });
  return depsWith({ pool: db.pool, mlflow, target: () => Promise.resolve(target) });
}
