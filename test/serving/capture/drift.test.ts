import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GateBatch } from '../../../domain/gate-batch.ts';
import type { NamedProfile } from '../../../domain/profile.ts';
import { splitRoute, wholeRoute } from '../../../domain/route.ts';
import { NO_DRIFT, observeDrift } from '../../../gates/drift/drift.ts';
import { driftFinding } from '../../../gates/drift/finding.ts';
import { armOf } from '../../../gates/batch-tables.ts';
import { armSum, startEvidence } from '../support/evidence.ts';
import type { Evidence } from '../support/evidence.ts';
import { posts } from '../support/post.ts';
import { CANDIDATE, STABLE, startServing } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { until } from '../support/until.ts';

let evidence: Evidence;
let serving: Serving;
beforeAll(async () => {
  evidence = await startEvidence();
  serving = await startServing({ databaseUrl: evidence.database.appUrl });
});
afterAll(async () => {
  await serving.stop();
  await evidence.stop();
});

const send = (count: number) =>
  posts(serving.url, count, (i) => ({ body: JSON.stringify({ inputs: [(i * 379) % 1000] }) }));
const total = (batches: readonly GateBatch[]) => armSum(batches, STABLE) + armSum(batches, CANDIDATE);

test('a candidate that answers otherwise shows in its answers alone, by the bins of stable’s first requests', async () => {
  serving.stable.predict = (row) => (Number(row) % 2 ? 'odd' : 'even');
  serving.candidate.predict = (row) => (Number(row) % 5 ? 'odd' : 'even');
  await serving.put(wholeRoute(STABLE), 1);
  await send(220);
  await until('the bins', profile, ({ bins }) => bins !== null);
  await serving.put(splitRoute(STABLE, CANDIDATE, 5000), 2);
  // Over several batches: what earlier ones showed is what a gate bets on.
  for (let round = 1; round <= 10; round += 1) {
    await send(60);
    await evidence.batchesUnder(2, (seen) => total(seen) === 60 * round);
  }
  const batches = await evidence.batchesUnder(2, (seen) => total(seen) === 600);
  let drift = NO_DRIFT;
  for (const batch of batches)
    drift = observeDrift(drift, { candidate: armOf(batch, CANDIDATE), stable: armOf(batch, STABLE) });
  expect(driftFinding(drift, { alpha: 0.05 })).toMatchObject({
    kind: 'candidate',
    candidate: ['outputs.prediction'],
    split: [],
  });
  for (const version of [STABLE, CANDIDATE]) {
    const counted = batches.flatMap(({ arms }) => arms).filter((arm) => arm.version === version);
    const inputs = counted.flatMap((arm) => arm.inputs?.['value'] ?? []).reduce((sum, n) => sum + n, 0);
    expect(inputs).toBeGreaterThan(armSum(batches, version) / 2);
    expect(inputs).toBeLessThanOrEqual(armSum(batches, version));
    for (const { inputs } of counted) if (inputs) expect(inputs['value']).toHaveLength(11);
  }
});

test('the next capture process counts by the same bins', async () => {
  const before = profile();
  const pid = capturePid();
  process.kill(pid, 'SIGKILL');
  await until('the next process', () => capturePid() !== pid);
  await until('its health', async () => (await serving.capture?.health())?.ok);
  await serving.put(wholeRoute(CANDIDATE), 3);
  await send(50);
  const batches = await evidence.batchesUnder(3, (seen) => armSum(seen, CANDIDATE) === 50);
  expect(profile()).toEqual(before);
  const counted = batches.flatMap(({ arms }) => arms).flatMap(({ outputs }) => outputs?.['prediction'] ?? []);
  expect(counted.reduce((sum, n) => sum + n, 0)).toBe(50);
});

test('a version with a profile is counted by its bins as soon as it is stable, and the batch says by which', async () => {
  serving.candidate.predict = (row) => (Number(row) % 2 ? 'odd' : 'even');
  const value = {
    bins: { kind: 'numbers', edges: [0, 500, 900] },
    counts: [0, 50, 40, 0, 0],
    range: [0, 899],
  } as const;
  const named: NamedProfile = {
    digest: 'sha256:1',
    profile: {
      ...{ format: 1, source: 'set.csv', sha256: 'sha256:2', rows: 90, columns: ['value'], outputs: {} },
      inputs: { value: { ...value, type: 'whole' } },
    },
  };
  const desired = serving.desired(wholeRoute(CANDIDATE), 4);
  const versions = desired.versions.map((one) => (one.key === CANDIDATE ? { ...one, profile: named } : one));
  await serving.capture?.configure([{ ...desired, versions }]);
  await serving.plane.apply([desired]);
  const all = await evidence.batchesUnder(4, () => true);
  await send(100);
  const batches = await evidence.batchesUnder(4, (seen) => armSum(seen, CANDIDATE) === 100);
  const counted = batches.slice(all.length).filter(({ arms }) => arms.some(({ n }) => n > 0));
  expect(new Set(counted.map((batch) => batch.profile))).toEqual(new Set(['sha256:1']));
  const arms = counted.flatMap((batch) => batch.arms.filter(({ n }) => n > 0));
  for (const { inputs } of arms) expect(inputs?.['value']).toHaveLength(5);
  const beyond = arms.reduce((sum, { faults }) => sum + (faults?.['value']?.range ?? 0), 0);
  // A tenth of the numbers from 0 to 999 that are sent lie beyond 900.
  expect(beyond).toBeGreaterThan(3);
  expect(beyond).toBeLessThan(20);
});

function profile(): { bins: unknown } {
  try {
    return JSON.parse(readFileSync(join(serving.stateDir, 'capture/profiles/digits.json'), 'utf8')) as {
      bins: unknown;
    };
  } catch {
    return { bins: null };
  }
}

function capturePid(): number {
  return (JSON.parse(readFileSync(join(serving.stateDir, 'capture/capture.json'), 'utf8')) as { pid: number }).pid;
}
