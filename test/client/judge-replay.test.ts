import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Explanation } from '../../client/judge/explanation.ts';
import type { Replayed } from '../../client/judge/replay.ts';
import { useDatabase } from '../store/database.ts';
import { arm, CANDIDATE, STABLE } from '../gates/support/batches.ts';
import { recordCanary, recordSoak, sealedBatch } from './judged-rollout.ts';
import { slipway } from './recording-terminal.ts';

const db = useDatabase();
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-judge-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('SLIPWAY_HOME', home);
  vi.stubEnv('DATABASE_URL', db.urls.appUrl);
});

/** As somebody who can do anything to the database. */
const tamper = (table: 'ledger' | 'gate_batches', sql: string) =>
  db.asSuperuser(`ALTER TABLE slipway.${table} DISABLE TRIGGER ALL; ${sql}`);

async function replayed(rollout: string): Promise<{ code: number; verdicts: readonly Replayed[] }> {
  const { code, out } = await slipway('judge', '--replay', rollout, '--json');
  return { code, verdicts: (JSON.parse(out) as { verdicts: readonly Replayed[] }).verdicts };
}

describe('a past rollout', () => {
  test('comes out again to the bit, from what is stored: each verdict and each row that repeats it', async () => {
    const { rollout, verdict } = await recordCanary(db.pool, 'honest', { errors: 12 });
    expect(verdict.decision).toBe('fail');
    const { code, verdicts } = await replayed(rollout);
    expect(verdicts.map(({ stage, decision, findings }) => [stage, decision, findings])).toEqual([
      ['canary', 'fail', []],
      ['rollback', 'fail', []],
      ['done', 'fail', []],
    ]);
    expect(verdicts[0]?.batchHashes).toHaveLength(verdict.batches.count);
    expect(code).toBe(0);
    const { out } = await slipway('judge', '--replay', rollout);
    expect(out).toMatch(/✓ row 4 {2}canary-20 {2}fail by slipway-gate\/\d+ on \d+ batches/);
    expect(out).toContain(`3 verdicts of ${rollout} came out again, to the bit`);
  });

  test('that was promoted does too, its soak included', async () => {
    const { rollout, verdict } = await recordSoak(db.pool, 'soaked');
    expect(verdict.decision).toBe('pass');
    const { code, verdicts } = await replayed(rollout);
    expect([code, verdicts.map(({ findings }) => findings)]).toEqual([0, [[], []]]);
  });

  test('comes out again with the batches of stable alone that taught the gate how noisy it is', async () => {
    const { rollout, verdict } = await recordCanary(db.pool, 'calibrated', { errors: 0, count: 3, calibration: 5 });
    expect(verdict.batches).toMatchObject({ first: 0, count: 8 });
    const { code, verdicts } = await replayed(rollout);
    expect([code, verdicts.map(({ findings }) => findings)]).toEqual([0, [[]]]);
  });

  test.each([
    ['was undecided in the end', 'NotEnoughEvidence', 'inconclusive'],
    ['lost sight of the evidence', 'EvidenceUnreachable', 'error'],
  ] as const)('whose watch %s is held to the figures alone', async (_, reason, decision) => {
    const { rollout } = await recordCanary(db.pool, reason.toLowerCase(), {
      errors: 0,
      count: 5,
      change: (verdict) => ({ ...verdict, decision, reason, summary: 'as whoever watched said' }),
    });
    const { code, verdicts } = await replayed(rollout);
    expect([code, verdicts.map(({ findings }) => findings)]).toEqual([0, [[]]]);
  });

  test('that nobody has heard of is not found', async () => {
    const { code, err } = await slipway('judge', '--replay', 'local.unheard-of.1');
    expect([code, err]).toEqual([1, expect.stringMatching(/the ledger has nothing on local\.unheard-of\.1/)]);
  });
});

describe('what does not come out again is reported, and ends with 1:', () => {
  test('a verdict that was changed in the ledger', async () => {
    const { rollout, verdict } = await recordCanary(db.pool, 'forged', { errors: 12 });
    await tamper(
      'ledger',
      `UPDATE slipway.ledger SET evidence = jsonb_set(jsonb_set(evidence, '{decision}', '"pass"'), '{metrics,0,candidate}', '0.001')
       WHERE endpoint = 'forged' AND stage = 'canary' AND evidence IS NOT NULL`,
    );
    const { code, verdicts } = await replayed(rollout);
    expect(code).toBe(1);
    expect(verdicts.map(({ findings }) => findings)).toEqual([
      [
        { kind: 'difference', metric: null, field: 'decision', ledger: 'pass', recomputed: 'fail' },
        {
          kind: 'difference',
          metric: verdict.metrics[0]?.metric,
          field: 'candidate',
          ledger: 0.001,
          recomputed: verdict.metrics[0]?.candidate,
        },
      ],
      [],
      [],
    ]);
    const { out } = await slipway('judge', '--replay', rollout);
    expect(out).toContain('decision is "pass" in the ledger and "fail" when computed again');
    expect(out).toContain(`1 of 3 verdicts of ${rollout} did not come out again`);
  });

  test('a batch that was changed after it was sealed, by its number', async () => {
    const { rollout } = await recordCanary(db.pool, 'doctored', { errors: 12 });
    const doctored = `jsonb_set(body, '{arms,1,errors}', '0') WHERE endpoint = 'doctored' AND index = 0`;
    await tamper('gate_batches', `UPDATE slipway.gate_batches SET body = ${doctored}`);
    const { code, verdicts } = await replayed(rollout);
    expect([code, verdicts[0]?.findings]).toEqual([1, [{ kind: 'batches_changed', indexes: [0] }]]);
  });

  test('a batch that was changed and sealed anew, by the hash over all of them', async () => {
    const { rollout, verdict } = await recordCanary(db.pool, 'resealed', { errors: 12 });
    const body = sealedBatch('resealed', verdict.batches.last, { arms: [arm(STABLE, 160), arm(CANDIDATE, 40)] });
    const [text, hash] = [JSON.stringify({ ...body, hash: undefined }), body.hash];
    const where = `endpoint = 'resealed' AND index = ${verdict.batches.last}`;
    await tamper('gate_batches', `UPDATE slipway.gate_batches SET body = '${text}', hash = '${hash}' WHERE ${where}`);
    const { code, verdicts } = await replayed(rollout);
    expect(code).toBe(1);
    expect(verdicts[0]?.findings).toContainEqual(
      expect.objectContaining({ metric: null, field: 'batches.hash', ledger: verdict.batches.hash }),
    );
    expect(verdicts[0]?.findings).toContainEqual(
      expect.objectContaining({ field: 'decision', recomputed: 'inconclusive' }),
    );
    expect(verdicts[0]?.batchHashes.at(-1)).toBe(hash);
  });

  test('batches that are no longer stored', async () => {
    const { rollout, verdict } = await recordCanary(db.pool, 'expired', { errors: 0, count: 5 });
    await tamper('gate_batches', `DELETE FROM slipway.gate_batches WHERE endpoint = 'expired' AND index < 2`);
    const { code, verdicts } = await replayed(rollout);
    const { count } = verdict.batches;
    expect([code, verdicts[0]?.findings]).toEqual([
      1,
      [{ kind: 'batches_missing', expected: count, found: count - 2 }],
    ]);
    const { out } = await slipway('judge', '--replay', rollout);
    expect(out).toContain(`only ${count - 2} of its ${count} batches are still stored (retention drops old ones)`);
  });

  test('a version of the algorithm that this release does not have', async () => {
    const { rollout } = await recordCanary(db.pool, 'ancient', {
      errors: 0,
      count: 5,
      change: (verdict) => ({ ...verdict, algorithm: 'slipway-gate/0' }),
    });
    const { code, verdicts } = await replayed(rollout);
    expect([code, verdicts[0]?.findings]).toEqual([1, [{ kind: 'unknown_algorithm', algorithm: 'slipway-gate/0' }]]);
  });

  test('a verdict of which the ledger does not say what was asked', async () => {
    const { rollout } = await recordCanary(db.pool, 'mute', { errors: 0, count: 5 });
    await tamper('ledger', `UPDATE slipway.ledger SET detail = '{}' WHERE endpoint = 'mute' AND evidence IS NOT NULL`);
    const { code, verdicts } = await replayed(rollout);
    expect([code, verdicts[0]?.findings]).toEqual([1, [{ kind: 'no_question' }]]);
  });
});

describe('slipway explain', () => {
  test('tells from the ledger why a rollout ended, by its id or as the last one on its endpoint', async () => {
    const { rollout, verdict } = await recordCanary(db.pool, 'explained', { errors: 12 });
    const byPlace = await slipway('explain', 'explained');
    expect(byPlace.code).toBe(0);
    expect(byPlace.out).toContain(`${rollout}  rolled back after 5m, a metric is worse than stable`);
    expect(byPlace.out).toMatch(/canary-20 .*, after 1m {2}fail: /);
    expect(await slipway('explain', rollout)).toEqual(byPlace);
    const { out } = await slipway('explain', rollout, '--json');
    const told = JSON.parse(out) as Explanation & { advice: string[] };
    expect(told).toMatchObject({
      rollout,
      outcome: 'rolled_back',
      reason: 'GateFailed',
      serving: STABLE,
      gates: [{ name: 'canary-20', tookMs: 60_000, nextWeight: 10_000, verdict: { summary: verdict.summary } }],
    });
    expect(told.advice[0]).toContain('slipway logs explained --version 4');
  });

  test('of an endpoint without a rollout says so', async () => {
    const { code, err } = await slipway('explain', 'nowhere');
    expect([code, err]).toEqual([1, expect.stringMatching(/the ledger has no rollout on local\/nowhere/)]);
  });
});
