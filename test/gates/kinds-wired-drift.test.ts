import { describe, expect, test } from 'vitest';
import type { Kind, Scenario } from './support/kinds.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { CANDIDATE, STABLE, arm, batch, question } from './support/batches.ts';
import { USUAL, canary, canaryOf, decide } from './support/kinds.ts';
import { judgeAll } from '../../gates/gate.ts';

const asked = (drift: NonNullable<RolloutSpec['gates']>['drift'] = {}) =>
  question({ weight: 5_000, nextWeight: 10_000 }, { ...(drift && { drift }) });
const MOVED = { asked: [0.1, 0.15, 0.2, 0.25, 0.3], answered: [0.4, 0.6] };
/** Beyond batch 40, when there is a reference to compare with. */
const later =
  (moved: Partial<Kind>): NonNullable<Scenario['at']> =>
  (index, kind) =>
    index < 40 ? kind : { ...kind, ...moved };
const watch = (seed: number, scenario: Partial<Scenario>, drift?: Parameters<typeof asked>[0]) =>
  judgeAll(asked(drift), canaryOf(120, seed, { candidate: USUAL, stable: USUAL, ...scenario }));
const metricOf = (verdict: ReturnType<typeof watch>, name: string) =>
  verdict.metrics.find(({ metric }) => metric === name);
const SEEDS = [1, 2, 3, 4, 5, 6];

describe('drift', () => {
  test('of the candidate’s answers alone sends it back', () => {
    for (const seed of SEEDS.slice(0, 3)) {
      const { verdict, after } = decide(
        asked(),
        canary(seed, { candidate: { ...USUAL, answered: MOVED.answered }, stable: USUAL }),
        120,
      );
      expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed', culprits: ['drift'] });
      expect(verdict.summary).toMatch(
        /^answers of v4 are not distributed as stable's \(outputs.score, index 0\.\d+\)$/,
      );
      expect(after).toBeLessThan(30);
    }
  });

  test('of the candidate’s answers that begins late does too', () => {
    const at: NonNullable<Scenario['at']> = (index, kind, version) =>
      version === 'candidate' && index >= 40 ? { ...kind, answered: MOVED.answered } : kind;
    expect(watch(2, { at }).culprits).toEqual(['drift']);
  });

  test('common to both arms never rolls back, and is told', () => {
    for (const seed of SEEDS) {
      const verdict = watch(seed, { at: later(MOVED) });
      expect(verdict).toMatchObject({ decision: 'pass', culprits: [] });
      expect(metricOf(verdict, 'drift.common')).toMatchObject({
        ...{ required: false, against: 1, unit: 'index', detail: 'drifted in both arms: inputs.age, outputs.score' },
      });
      expect(metricOf(verdict, 'drift')?.detail).toBeUndefined();
    }
  });

  test('common to both arms holds where the specification says so, and never rolls back', () => {
    for (const seed of SEEDS) {
      const verdict = watch(seed, { at: later(MOVED) }, { common: 'hold' });
      expect(verdict).toMatchObject({ decision: 'inconclusive', culprits: [] });
      expect(verdict.summary).toContain('drifted in both arms: inputs.age, outputs.score');
    }
  });

  test('of what is asked in one arm alone holds, and blames nobody for the answers', () => {
    for (const seed of SEEDS) {
      const verdict = watch(seed, { candidate: { ...USUAL, ...MOVED } });
      expect(verdict).toMatchObject({ decision: 'inconclusive', culprits: [] });
      expect(verdict.summary).toContain('the arms do not get the same requests: inputs.age');
    }
  });

  test('that is none lets a candidate pass, and so does one that is certain but small', () => {
    const small: Kind = { ...USUAL, answered: [0.65, 0.35] };
    for (const seed of SEEDS) expect(watch(seed, {}).decision).toBe('pass');
    const verdict = watch(1, { candidate: small });
    expect(verdict).toMatchObject({ decision: 'pass', culprits: [] });
    expect(metricOf(verdict, 'drift')?.against).toBeLessThanOrEqual(1);
    expect(watch(1, { candidate: small }, { margin: 0.005 }).decision).not.toBe('pass');
  });

  test('of a candidate whose answers nobody counts is no evidence', () => {
    const verdict = watch(1, { candidate: { ...USUAL, answered: null, asked: null } });
    expect(metricOf(verdict, 'drift')).toMatchObject({ candidate: null, against: 1, decision: 'undecided' });
  });

  test('is not looked for where it is not named', () => {
    const bad = canaryOf(40, 1, { candidate: { ...USUAL, ...MOVED }, stable: USUAL });
    expect(judgeAll(question({ weight: 5_000, nextWeight: 10_000 }), bad).decision).toBe('pass');
  });
});

describe('what is normal', () => {
  const counts = (shares: readonly number[]) => shares.map((share) => share * 5_000);

  test('may be given with the question: drift is then found from the first batch on', () => {
    const reference = { inputs: { age: counts(MOVED.asked) }, outputs: {} };
    const batches = canaryOf(20, 1, { candidate: USUAL, stable: USUAL });
    const verdict = judgeAll({ ...asked(), reference }, batches);
    expect(metricOf(verdict, 'drift.common')?.detail).toBe('drifted in both arms: inputs.age');
    expect(verdict.culprits).toEqual([]);
  });

  test('in a soak is what the version saw first; drift from it is told, and neither holds nor goes back', () => {
    const soak = { ...asked(), stage: 'soak', weight: 10_000, minDurationMs: 600_000 } as const;
    const alone = Array.from({ length: 90 }, (_, i) => {
      const shares = i < 40 ? USUAL.asked : MOVED.asked;
      return batch(i, { arms: [arm(CANDIDATE, 100, { inputs: { age: (shares ?? []).map((share) => share * 100) } })] });
    });
    const verdict = judgeAll(soak, alone);
    expect(verdict).toMatchObject({ decision: 'pass', culprits: [] });
    expect(metricOf(verdict, 'drift.common')?.detail).toBe('drifted: inputs.age');
  });
});

test('of many features only a bounded number is followed, and wide ones not at all', () => {
  const inputs = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i + 10}`, [1, 2, 3]]));
  const wide = { wide: new Array<number>(200).fill(1) };
  const arms = [CANDIDATE, STABLE].map((version) =>
    arm(version, 100, { inputs: { ...inputs, ...wide }, outputs: wide }),
  );
  const { metrics } = judgeAll(asked(), [batch(0, { arms })]);
  expect(metrics.find(({ metric }) => metric === 'drift')?.candidate).toBeNull();
  const size = (count: number) =>
    JSON.stringify(
      judgeAll(
        asked(),
        Array.from({ length: count }, (_, i) => batch(i, { arms })),
      ),
    ).length;
  expect(size(40)).toBeLessThan(8_000);
});
