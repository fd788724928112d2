import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPreflightActivities } from '../../activities/preflight.ts';
import { createRollbackActivities } from '../../activities/rollback.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { rememberVersion } from '../../activities/store/versions.ts';
import { SYSTEM, type LedgerEntry } from '../../domain/ledger-entry.ts';
import type { PinnedVersion } from '../../domain/model-version.ts';
import { planRollout } from '../../domain/plan.ts';
import type { PreflightFacts, RollbackFacts, RollbackInput } from '../../domain/rollout-state.ts';
import { splitRoute, wholeRoute, type Route } from '../../domain/route.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { startMlflow, type MlflowServer } from '../mlflow/support/mlflow-server.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { readingOf, stubTarget } from '../support/stub-target.ts';
import { register } from './registry/register.ts';

const PLACE = { target: 'local', endpoint: 'digits' };
const db = useDatabase();
let server: MlflowServer;
let mlflow: MlflowClient;
let one: PinnedVersion;
let two: PinnedVersion;

beforeAll(async () => {
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
  await register(mlflow, 'digits', { 'weights.txt': 'one' });
  await register(mlflow, 'digits', { 'weights.txt': 'two' });
  one = await pinned(1);
  two = await pinned(2);
  for (const [index, version] of [one, two].entries()) {
    await rememberVersion(db.pool, PLACE, { version, runtime: { kind: 'mlflow' } });
    await served(version, index + 1);
  }
  await mlflow.registeredModels.setAlias('digits', 'champion', '2');
});
afterAll(() => server.stop());

test('without a version it leads to the one that served before the present one', async () => {
  expect(await prepared({}, wholeRoute(two.key))).toMatchObject({ candidate: one, warm: false });
});

test('a version that still answers is gone back to at once, though the registry is away', async () => {
  const nowhere = new MlflowClient({ trackingUri: 'http://127.0.0.1:1' });
  const facts = await prepared({ version: '1' }, wholeRoute(two.key), { ready: [one, two], registry: nowhere });
  expect(facts).toMatchObject({ candidate: one, warm: true, snapshot: { champion: null } });
});

test('a version whose server has gone is read from the registry again, and is the one that served', async () => {
  const facts = await prepared({ version: '1' }, wholeRoute(two.key), { ready: [two] });
  expect(facts).toMatchObject({ candidate: one, warm: false, snapshot: { champion: '2' } });
});

test('a version whose files are no longer those that served is refused', async () => {
  const { runId } = await register(mlflow, 'digits', { 'weights.txt': 'three' });
  const three = await pinned(3);
  await rememberVersion(db.pool, PLACE, { version: three, runtime: { kind: 'mlflow' } });
  await served(three, 3);
  await mlflow.artifacts.upload({ runId }, 'model/weights.txt', 'changed since');
  await expect(prepared({ version: '3' }, wholeRoute(two.key))).rejects.toMatchObject({
    type: 'VersionChanged',
    nonRetryable: true,
    message: expect.stringContaining(`as ${three.key}, but the files`) as string,
  });
});

test('a version that the registry does not have is refused with the newest that it has', async () => {
  await expect(prepared({ version: '40' }, wholeRoute(two.key))).rejects.toMatchObject({
    type: 'VersionNotFound',
    message: expect.stringMatching(/no version 40; its newest is \d/) as string,
  });
});

test('the version that serves is refused, except where doctor sets its route again', async () => {
  const again = { version: '2' };
  await expect(prepared(again, wholeRoute(two.key))).rejects.toMatchObject({ type: 'AlreadyServing' });
  expect(await prepared({ ...again, repair: true }, wholeRoute(two.key))).toMatchObject({ candidate: two });
});

test('of a route that was left between two versions, either one may be gone back to', async () => {
  const torn = splitRoute(two.key, one.key, 3_000);
  expect(await prepared({ version: '2' }, torn, { ready: [one, two] })).toMatchObject({ candidate: two, warm: true });
});

test('whoever was told of the last rollout is told of going back, and its gates watch what serves then', async () => {
  const spec = {
    endpoint: 'digits',
    model: 'digits',
    gates: { errors: { margin: 0.03 } },
    rollback: { watch: '0s' as const },
  };
  const plan = planRollout({ ...spec, notify: [{ webhook: 'https://hooks.example.com/slipway' }] });
  await noted('local.digits.9', { reason: 'RolloutStarted', stage: 'preflight' }, { plan: { ...plan } });
  const facts = await prepared({ version: '1' }, wholeRoute(two.key));
  expect(facts.plan).toMatchObject({ notify: plan.notify, gates: plan.gates, rollback: plan.rollback });
});

function prepared(
  asked: Pick<RollbackInput, 'version' | 'repair'>,
  route: Route,
  { ready = [], registry = mlflow }: { ready?: PinnedVersion[]; registry?: MlflowClient } = {},
): Promise<RollbackFacts> {
  const versions = ready.map(({ key }) => ({
    ...{ key, state: 'ready' as const, detail: '', address: null, predictPath: '', pid: null },
    ...{ restarts: 0, memoryBytes: null, startedAt: null },
  }));
  const reading = { ...readingOf({ epoch: 0, sequence: 0 }, route), versions };
  const target = stubTarget({ readEndpoint: () => Promise.resolve(reading) });
  const deps = depsWith({ pool: db.pool, mlflow: registry, target: () => Promise.resolve(target) });
  const { prepareRollback } = createRollbackActivities(deps);
  const request = { input: { ...PLACE, ...asked }, rolloutKey: crypto.randomUUID() };
  return new MockActivityEnvironment().run(prepareRollback, request);
}

async function pinned(version: number): Promise<PinnedVersion> {
  const deps = depsWith({ pool: db.pool, mlflow, target: () => Promise.resolve(stubTarget()) });
  const { preflight } = createPreflightActivities(deps);
  const input = { spec: { endpoint: PLACE.endpoint, model: 'digits', version } };
  const asked = { input, rolloutKey: `pin-${version}` };
  const facts: PreflightFacts = await new MockActivityEnvironment().run(preflight, asked);
  return facts.candidate;
}

function served({ key }: PinnedVersion, epoch: number): Promise<void> {
  return noted(`local.digits.${epoch}`, { reason: 'Promoted', stage: 'done' }, { serving: key });
}

async function noted(
  rolloutId: string,
  entry: Pick<LedgerEntry, 'reason' | 'stage'>,
  detail: LedgerEntry['detail'],
): Promise<void> {
  const at = { key: `${rolloutId}:1`, rolloutId, rolloutSequence: 1, effectiveAt: new Date().toISOString() };
  await appendLedger(db.pool, [{ ...PLACE, ...at, ...entry, actor: SYSTEM, step: null, evidence: null, detail }]);
}
