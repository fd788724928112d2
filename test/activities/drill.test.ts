import { expect, test } from 'vitest';
import { createDrillActivities } from '../../activities/drill.ts';
import { appendLedger } from '../../activities/store/ledger.ts';
import { rememberVersion } from '../../activities/store/versions.ts';
import type { DrillInput } from '../../domain/drill.ts';
import { SYSTEM, type LedgerEntry } from '../../domain/ledger-entry.ts';
import type { Runtime } from '../../domain/model-version.ts';
import { planRollout } from '../../domain/plan.ts';
import { splitRoute, wholeRoute, type Route } from '../../domain/route.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { readingOf, stubTarget } from '../support/stub-target.ts';
import { CANDIDATE, STABLE } from '../support/world.ts';

const db = useDatabase();
let endpoints = 0;

test('a drill rolls a faulty copy of what serves out, by the gates and to the receivers of the last rollout', async () => {
  const endpoint = await served();
  const notify = [{ webhook: 'https://example.org/hook', secretEnv: null }];
  const gates = { errors: { margin: 0.003 } };
  const plan = { ...planRollout({ endpoint, model: 'digits', gates, canary: { steps: [10] } }), notify };
  await began(endpoint, plan);
  const facts = await prepared({ endpoint });
  expect(facts.candidate).toMatchObject({ key: `${STABLE.key}-drill`, version: '1', runId: null });
  expect(facts.plan).toMatchObject({
    ...{ notify, validate: null, soak: null, approval: [] },
    runtime: { kind: 'drill', fault: { kind: 'errors' }, of: { kind: 'mlflow' } },
    gates: { errors: { margin: 0.003 } },
    shadow: { percent: 100, maxDurationMs: 120_000, onInconclusive: 'rollback' },
  });
  expect(facts.snapshot).toMatchObject({ stable: { key: STABLE.key }, route: wholeRoute(STABLE.key) });
});

test('a drill copies a version that served before, where one is named, and no other', async () => {
  const endpoint = await served();
  const place = { target: 'local', endpoint };
  const drillOf = (version: string) => prepared({ endpoint, version });
  await expect(drillOf('2')).rejects.toMatchObject({ type: 'VersionNotFound', message: expect.stringMatching(/^version 2 never served/) as string }); // prettier-ignore
  await rememberVersion(db.pool, place, { version: CANDIDATE, runtime: { kind: 'mlflow' } });
  await expect(drillOf('2'), 'deployed only').rejects.toMatchObject({ type: 'VersionNotFound' });
  await wrote(endpoint, { stage: 'done', reason: 'Promoted', detail: { serving: CANDIDATE.key } });
  expect(await drillOf('2')).toMatchObject({
    candidate: { key: `${CANDIDATE.key}-drill`, version: '2' },
    plan: { version: '2' },
    snapshot: { stable: { key: STABLE.key } },
  });
});

test('with live traffic there is one step, of the stated weight, and no shadow', async () => {
  const { plan } = await prepared({ endpoint: await served(), weight: 50, fault: 'dead' });
  expect(plan).toMatchObject({ shadow: null, canary: { steps: [{ weight: 50 }], ramp: null } });
});

test('more exposure than a drill may cost is refused before anything is started', async () => {
  const drill = prepared({ endpoint: await served(), weight: 5_000 });
  await expect(drill).rejects.toMatchObject({ type: 'InvalidSpec', nonRetryable: true });
});

test('where no one version serves, or none that can have a copy, there is nothing to rehearse', async () => {
  await expect(prepared({ endpoint: 'empty' })).rejects.toMatchObject({ type: 'VersionNotFound' });
  const torn = prepared({ endpoint: await served() }, splitRoute(STABLE.key, CANDIDATE.key, 5_000));
  await expect(torn).rejects.toMatchObject({ type: 'EndpointUnsettled' });
  const poor = prepared({ endpoint: await served() }, wholeRoute(STABLE.key), ['mlflow']);
  await expect(poor).rejects.toMatchObject({ type: 'Unsupported' });
});

async function served(): Promise<string> {
  const endpoint = `e${(endpoints += 1)}`;
  await rememberVersion(db.pool, { target: 'local', endpoint }, { version: STABLE, runtime: { kind: 'mlflow' } });
  return endpoint;
}

function began(endpoint: string, plan: object): Promise<void> {
  return wrote(endpoint, { stage: 'preflight', reason: 'RolloutStarted', detail: { plan } });
}

async function wrote(endpoint: string, what: Pick<LedgerEntry, 'stage' | 'reason' | 'detail'>): Promise<void> {
  const at = { key: `${endpoint}:1`, target: 'local', endpoint, rolloutId: `local.${endpoint}.1`, rolloutSequence: 1 };
  const by = { actor: SYSTEM, step: null, evidence: null, effectiveAt: new Date().toISOString() };
  await appendLedger(db.pool, [{ ...at, ...by, ...what }]);
}

function prepared(
  input: Omit<DrillInput, 'target'>,
  route: Route = wholeRoute(STABLE.key),
  runtimes: Runtime['kind'][] = ['mlflow', 'drill'],
) {
  const known = input.endpoint === 'empty' ? null : readingOf({ epoch: 0, sequence: 0 }, route);
  const can = { weightGranularity: 1, mirror: true, pairedAnswers: true, sticky: true, runtimes };
  const target = stubTarget({
    readEndpoint: () => Promise.resolve(known),
    capabilities: () => Promise.resolve(can),
  });
  const deps = depsWith({ pool: db.pool, target: () => Promise.resolve(target) });
  const { prepareDrill } = createDrillActivities(deps);
  return prepareDrill({ input: { target: 'local', ...input }, rolloutKey: crypto.randomUUID() });
}
