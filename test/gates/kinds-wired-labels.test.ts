import { describe, expect, test } from 'vitest';
import type { GateBatch, LabelCounts } from '../../domain/gate-batch.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { CANDIDATE, STABLE, arm, batch, question } from './support/batches.ts';
import { USUAL, canary, canaryOf, decide } from './support/kinds.ts';
import { judgeAll } from '../../gates/gate.ts';

const asked = (gates: RolloutSpec['gates']) => question({ weight: 5_000, nextWeight: 10_000 }, gates);
const harmless = { candidate: USUAL, stable: USUAL };
const metricOf = (verdict: ReturnType<typeof judgeAll>, name: string) =>
  verdict.metrics.find(({ metric }) => metric === name);

describe('label coverage', () => {
  const rare = { ...USUAL, labelled: 0.4 };

  test('that is too small keeps the gate from passing, whatever the few labels say', () => {
    const scenario = { candidate: rare, stable: rare };
    const { verdict } = decide(asked({ coverage: {} }), canary(1, scenario), 150);
    expect(verdict.decision).toBe('inconclusive');
    expect(verdict.summary).toMatch(
      /^still watching: \d+ % of the candidate's predictions have labels, 50 % are asked for$/,
    );
    expect(decide(asked({ coverage: { least: 0.3 } }), canary(1, scenario), 150).verdict.decision).toBe('pass');
  });

  test('that differs between the arms holds, either way round, and never goes back', () => {
    for (const scenario of [
      { candidate: rare, stable: USUAL },
      { candidate: USUAL, stable: rare },
    ]) {
      const { verdict } = decide(asked({ accuracy: { required: true } }), canary(3, scenario), 250);
      expect(verdict).toMatchObject({ decision: 'inconclusive', reason: 'StillWatching', culprits: [] });
      expect(verdict.summary).toMatch(/labels come for \d+ % of the candidate's predictions and for \d+ % of stable's/);
      expect(metricOf(verdict, 'coverage')).toMatchObject({ decision: 'undecided', required: false, against: 1 });
    }
  });

  test('that is the same in both arms is no obstacle, however late the labels are', () => {
    for (const delay of [0, 30]) {
      const { verdict } = decide(asked({ accuracy: { required: true } }), canary(4, { ...harmless, delay }), 300);
      expect(verdict.decision).toBe('pass');
      expect(metricOf(verdict, 'coverage')).toMatchObject({ decision: 'pass', unit: 'share' });
    }
  });

  test('is let be where labels can only roll back', () => {
    const { verdict } = decide(asked({}), canary(3, { candidate: rare, stable: USUAL }), 40);
    expect(verdict.decision).toBe('pass');
    expect(metricOf(verdict, 'coverage')).toBeUndefined();
  });

  test('that is asked for is not there without any label', () => {
    const none = { ...USUAL, classes: null };
    const { verdict } = decide(asked({ coverage: {} }), canary(1, { candidate: none, stable: none }), 60);
    expect(verdict.summary).toBe("still watching: 0 % of the candidate's predictions have labels, 50 % are asked for");
  });
});

describe('labels that come late or twice', () => {
  const bad = { ...USUAL, classes: { positive: 0.3, recall: 0.6, alarms: 0.2 } };
  const sealed = canaryOf(30, 5, { candidate: bad, stable: USUAL });

  test('count once: a row that a later batch repeats changes nothing', () => {
    const repeated = sealed.map((own, i) => ({ ...own, labels: [...own.labels, ...(sealed[i - 1]?.labels ?? [])] }));
    const twice = sealed.map((own) => ({ ...own, labels: [...own.labels, ...own.labels].reverse() }));
    const gates = { recall: {}, precision: {}, f1: {}, coverage: {} };
    const once = judgeAll(asked(gates), sealed);
    expect(judgeAll(asked(gates), repeated)).toEqual(once);
    expect(judgeAll(asked(gates), twice)).toEqual(once);
    expect(once.decision).toBe('fail');
  });

  test('count all the same where several cohorts come in one batch', () => {
    const heldBack = sealed.map((own, i) => {
      const since = i % 10 === 9 ? sealed.slice(i - 9, i + 1) : [];
      const labels = since.flatMap(({ labels: rows }) => rows.map((row) => ({ ...row, revision: own.index })));
      return { ...own, labels };
    });
    const [late, prompt] = [heldBack, sealed].map((batches) =>
      metricOf(judgeAll(asked({ recall: {} }), batches), 'recall'),
    );
    expect(late?.n).toEqual(prompt?.n);
    expect([late?.candidate, late?.stable]).toEqual([prompt?.candidate, prompt?.stable]);
    expect(late?.against).toBeGreaterThan(5);
  });
});

describe('labels in a soak', () => {
  const soak = { ...question({ stage: 'soak', weight: 10_000, minDurationMs: 600_000 }, { recall: {}, mse: {} }) };
  const confusion = (misses: number) => ({
    truePositive: 20 - misses,
    falsePositive: 1,
    falseNegative: misses,
    trueNegative: 29,
  });
  const row = (version: string, cohort: number, misses: number): LabelCounts => ({
    ...{ version, n: 50, correct: 49 - misses, cohort, predictions: 60, earlier: 0, confusion: confusion(misses) },
  });
  const run = (labels: (index: number) => LabelCounts[]): GateBatch[] =>
    Array.from({ length: 61 }, (_, i) => batch(100 + i, { arms: [arm(CANDIDATE, 50)], labels: labels(100 + i) }));

  test('of predictions that both versions made send a bad candidate back', () => {
    const late = run((index) => [row(STABLE, index - 90, 1), row(CANDIDATE, index - 90, 8)]);
    const verdict = judgeAll(soak, late);
    expect(verdict.decision).toBe('fail');
    expect(verdict.culprits).toContain('recall');
  });

  test('of predictions that the candidate alone made are not held against what stable said hours ago', () => {
    const harder = run((index) => [
      row(STABLE, index - 90, 1),
      row(CANDIDATE, index - 90, 1),
      row(CANDIDATE, index, 12),
    ]);
    const verdict = judgeAll(soak, harder);
    expect(verdict.decision).toBe('pass');
    expect(metricOf(verdict, 'recall')?.candidate).toBe(0.05);
  });

  test('are not waited for', () => {
    expect(
      judgeAll(
        soak,
        run(() => []),
      ).decision,
    ).toBe('pass');
  });
});
