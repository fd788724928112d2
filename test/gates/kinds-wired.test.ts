import { describe, expect, test } from 'vitest';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { Kind } from './support/kinds.ts';
import type { NamedMetric } from '../../domain/named-metrics.ts';
import { NAMED_METRICS } from '../../domain/named-metrics.ts';
import { USUAL, canary, canaryOf, decide } from './support/kinds.ts';
import { arm, batch, CANDIDATE, HEALTHY, question, simulatedBatch, STABLE } from './support/batches.ts';
import { judge, judgeAll, observe, openGate } from '../../gates/gate.ts';
import { NO_EVIDENCE } from '../../gates/evidence.ts';
import { comparedStandings } from '../../gates/compared.ts';
import { culprits } from '../../gates/culprits.ts';
import { shownOnly } from '../../gates/metrics/shown.ts';
import { stageAlpha } from '../../gates/spending.ts';
import { random } from './support/random.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';

const asked = (gates: RolloutSpec['gates'], over: Partial<GateQuestion> = {}) =>
  question({ weight: 5_000, nextWeight: 10_000, ...over }, gates);

const classes = (positive: number, recall: number, alarms: number): Kind => ({
  ...USUAL,
  classes: { positive, recall, alarms },
});
const numbers = (error: number): Kind => ({ ...USUAL, classes: null, error });
const uses = (cpu: number, bytes: number): Kind => ({ ...USUAL, use: { cpu, bytes } });
const generates = (firstMs: number, tokens: number): Kind => ({ ...USUAL, generates: { firstMs, tokens } });

/** What is bad about a candidate that only this metric shows: of labels, as many are right as of stable's. */
const BAD: Readonly<Record<NamedMetric, { readonly candidate: Kind; readonly stable: Kind }>> = {
  violations: { candidate: { ...USUAL, violations: 0.05 }, stable: USUAL },
  precision: { candidate: classes(0.5, 1, 0.25), stable: classes(0.5, 0.8, 0.05) },
  recall: { candidate: classes(0.5, 0.8, 0.05), stable: classes(0.5, 1, 0.25) },
  f1: { candidate: classes(0.1, 0.5, 0), stable: classes(0.1, 1, 0.0556) },
  mse: { candidate: numbers(1.3), stable: numbers(1) },
  mae: { candidate: numbers(1.3), stable: numbers(1) },
  cpu: { candidate: uses(0.03, 1e9), stable: USUAL },
  memory: { candidate: uses(0.02, 1.5e9), stable: USUAL },
  gpu: { candidate: uses(0.03, 1e9), stable: USUAL },
  gpuMemory: { candidate: uses(0.02, 1.5e9), stable: USUAL },
  firstToken: { candidate: generates(400, 150), stable: generates(200, 150) },
  outputTokens: { candidate: generates(200, 225), stable: generates(200, 150) },
};
const METRICS = Object.keys(NAMED_METRICS) as NamedMetric[];
const NOTHING: Kind = { ...USUAL, violations: null, classes: null, use: null, generates: null };
const SEEDS = [1, 2, 3];

describe.each(METRICS)('%s that a specification names', (name) => {
  const { candidate, stable } = BAD[name];

  test('sends a bad candidate back, by this metric alone, before it could pass', () => {
    for (const seed of SEEDS) {
      const { verdict, after } = decide(asked({ [name]: {} }), canary(seed, { candidate, stable }), 360);
      expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed', culprits: [name] });
      expect(after).toBeLessThan(240);
    }
  });

  test('lets a harmless one pass', () => {
    for (const seed of SEEDS)
      expect(decide(asked({ [name]: {} }), canary(seed, { candidate: stable, stable }), 360).verdict).toMatchObject({
        decision: 'pass',
      });
  });

  test('that nobody measures, or of one arm only, is never a pass', () => {
    for (const scenario of [
      { candidate: NOTHING, stable: NOTHING },
      { candidate: NOTHING, stable },
      { candidate, stable: NOTHING },
    ]) {
      const { verdict } = decide(asked({ [name]: {} }), canary(1, scenario), 120);
      expect(verdict).toMatchObject({ decision: 'inconclusive', summary: `still watching: not proved yet: ${name}` });
    }
  });

  test('keeps nobody waiting that need not be proved', () => {
    const scenario = { candidate: NOTHING, stable: NOTHING };
    const { verdict } = decide(asked({ [name]: { required: false } }), canary(1, scenario), 120);
    expect(verdict.decision).toBe('pass');
  });

  test('is not judged where it is not named', () => {
    const { verdict } = decide(asked({}), canary(1, { candidate, stable }), 20);
    expect(verdict.metrics.map(({ metric }) => metric)).not.toContain(name);
  });
});

describe('what people are told', () => {
  const failed = (name: NamedMetric) => decide(asked({ [name]: {} }), canary(2, BAD[name]), 360).verdict;

  test('is one sentence for each kind', () => {
    const sentences: Readonly<Record<NamedMetric, RegExp>> = {
      violations: /^requests or answers against the schema of v4 \(violations\): [\d.]+ % vs [\d.]+ % of stable$/,
      precision: /^false alarms of v4 \(precision\): [\d.]+ % vs [\d.]+ % of stable$/,
      recall: /^misses of v4 \(recall\): [\d.]+ % vs [\d.]+ % of stable$/,
      f1: /^f1 of v4 is 0\.[567]\d? vs 0\.[78]\d? of stable$/,
      mse: /^mse of v4 is 1\.\d× stable's \([\d.]+ vs [\d.]+; [\d.]+ % of its losses and [\d.]+ % of stable's are counted as the bound\)$/,
      mae: /^mae of v4 is 1\.\d× stable's/,
      cpu: /^cpu of v4 is 1\.\d× stable's \([\d.]+ ms a request vs [\d.]+ ms a request\)$/,
      memory: /^memory of v4 is 1\.\d× stable's \(1[45]\d0 MB vs [\d.]+ MB\)$/,
      gpu: /^gpu of v4 is 1\.\d× stable's/,
      gpuMemory: /^gpuMemory of v4 is 1\.\d× stable's/,
      firstToken: /^firstToken of v4 is [12](\.\d)?× stable's \([\d.]+ ms vs [\d.]+ ms\)$/,
      outputTokens: /^outputTokens of v4 is 1\.\d× stable's \([\d.]+ tokens vs [\d.]+ tokens\)$/,
    };
    for (const name of METRICS) expect(failed(name).summary).toMatch(sentences[name]);
  });

  test('has an interval around what the candidate is really worse by', () => {
    const effect = (name: NamedMetric) => failed(name).metrics.find(({ metric }) => metric === name)?.effect;
    const truths = {
      precision: 0.14,
      recall: 0.2,
      f1: 0.133,
      mse: 0.69,
      mae: 0.3,
      cpu: 0.5,
      memory: 0.5,
      firstToken: 1,
      outputTokens: 0.5,
    } as const;
    for (const [name, truth] of Object.entries(truths)) {
      const { low, high } = effect(name as NamedMetric) ?? { low: NaN, high: NaN };
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
      expect(low).toBeGreaterThan(-0.1);
    }
  });
});

test('what servers use is asked for before all traffic only, since a few requests tell too little', () => {
  const early = asked({ cpu: {}, memory: {} }, { weight: 100, nextWeight: 1_000 });
  const clean = Array.from({ length: 60 }, (_, i) => batch(i, { arms: [arm(STABLE, 990), arm(CANDIDATE, 10)] }));
  const verdict = judgeAll(early, clean);
  expect(verdict.metrics.filter(({ metric }) => metric === 'cpu' || metric === 'memory')).toMatchObject([
    { required: false, decision: 'undecided' },
    { required: false, decision: 'undecided' },
  ]);
});

test('timeouts are shown once there are any, beside the errors that they are part of', () => {
  const arms = (timeouts: number) => [arm(STABLE, 80), arm(CANDIDATE, 20, { errors: timeouts, timeouts })];
  const metrics = (timeouts: number) => judgeAll(question(), [batch(0, { arms: arms(timeouts) })]).metrics;
  expect(metrics(0).map(({ metric }) => metric)).not.toContain('timeouts');
  expect(metrics(1).find(({ metric }) => metric === 'timeouts')).toMatchObject({
    ...{ candidate: 0.05, stable: 0, required: false, against: 1, n: { candidate: 20, stable: 80 } },
  });
});

describe('the chance of a false alarm', () => {
  test('is the same whatever is named: a harmless candidate is hardly ever sent back, however long it is watched', () => {
    const gates = Object.fromEntries(
      METRICS.filter((name) => !['mse', 'mae'].includes(name)).map((name) => [name, {}]),
    );
    let alarms = 0;
    for (let seed = 100; seed < 108; seed += 1) {
      let state = openGate(asked({ ...gates, drift: {}, coverage: {} }));
      for (const sealed of canary(seed, { candidate: USUAL, stable: USUAL })) {
        state = observe(state, sealed);
        if (state.failed.length > 0 || sealed.index >= 100) break;
      }
      if (state.failed.length > 0) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(1);
  });

  test('is as small for what answers cost', () => {
    const usual = generates(200, 150);
    const runs = Array.from({ length: 12 }, (_, i) =>
      decide(asked({ firstToken: {}, outputTokens: {} }), canary(300 + i, { candidate: usual, stable: usual }), 60),
    );
    expect(runs.filter(({ verdict }) => verdict.decision === 'fail').length).toBeLessThanOrEqual(1);
  });

  test('is shared out before there is any batch, so that errors and latency keep half of it whatever is named', () => {
    // Labels are classes or numbers.
    const names = METRICS.filter((name) => name !== 'mse' && name !== 'mae');
    const everything = { ...Object.fromEntries(names.map((name) => [name, {}])), drift: {}, coverage: {} };
    const standings = comparedStandings(NO_EVIDENCE, asked(everything), null);
    const kept = standings.filter(({ metric }) => metric === 'errors' || metric.startsWith('latency'));
    const sum = (of: typeof standings) => of.reduce((all, { share }) => all + share, 0);
    expect(sum(kept)).toBeGreaterThan(sum(standings) / 2);
    const [sealed] = canaryOf(1, 1, { candidate: USUAL, stable: USUAL });
    const after = sealed ? observe(openGate(asked(everything)), sealed).evidence : NO_EVIDENCE;
    const shares = (evidence: typeof after) =>
      comparedStandings(evidence, asked(everything), null).map(({ metric, share }) => [metric, share]);
    expect(shares(after)).toEqual(shares(NO_EVIDENCE));
  });
});

test('what is only shown does not change who is named for a failure', () => {
  const standing = (metric: string, lnAgainst: number) => ({
    ...shownOnly(metric, { candidate: 1, stable: 0, unit: 'share', margin: 1, n: { candidate: 9, stable: 9 } }),
    ...{ lnAgainst, share: 0.5 },
  });
  const enough = -Math.log(stageAlpha(question()));
  const judged = [standing('errors', 100), standing('rejected', enough)];
  const shown = { ...standing('timeouts', 0), share: 0 };
  expect(culprits([...judged, shown, shown], question())).toEqual(['errors', 'rejected']);
});

test('a candidate that is worse by exactly its margin is hardly ever promoted', () => {
  const at: Readonly<Partial<Record<NamedMetric, { readonly candidate: Kind; readonly stable: Kind }>>> = {
    violations: { candidate: { ...USUAL, violations: 0.012 }, stable: USUAL },
    recall: { candidate: classes(0.3, 0.85, 0.05), stable: classes(0.3, 0.9, 0.05) },
    memory: { candidate: uses(0.02, 1.25e9), stable: USUAL },
    mae: { candidate: numbers(1.1), stable: numbers(1) },
    firstToken: { candidate: generates(300, 150), stable: generates(200, 150) },
    outputTokens: { candidate: generates(200, 165), stable: generates(200, 150) },
  };
  for (const [name, scenario] of Object.entries(at)) {
    const runs = Array.from({ length: 20 }, (_, i) => decide(asked({ [name]: {} }), canary(200 + i, scenario), 60));
    expect(runs.filter(({ verdict }) => verdict.decision === 'pass').length).toBeLessThanOrEqual(3);
  }
});

test('every kind at once is computed again to the bit, from a state that went through JSON, within 13 KB', () => {
  const next = random(7);
  const gates = { ...Object.fromEntries(METRICS.map((name) => [name, {}])), drift: {}, coverage: {} };
  const rates = { requests: 200, weight: 5_000, candidate: HEALTHY, stable: HEALTHY };
  const usual = generates(200, 150);
  const batches = canaryOf(60, 7, { candidate: usual, stable: usual }).map((sealed) => {
    const live = simulatedBatch(next, sealed.index, rates).arms;
    return { ...sealed, arms: sealed.arms.map((own, i) => ({ ...own, latency: live[i]?.latency ?? [] })) };
  });
  const whole = judgeAll(asked(gates), batches);
  let largest = 0;
  const thawed = batches.reduce(
    (state, sealed) => {
      const after = JSON.stringify(observe(state, sealed));
      largest = Math.max(largest, after.length);
      return JSON.parse(after) as typeof state;
    },
    openGate(asked(gates)),
  );
  expect(JSON.stringify(judge(thawed))).toBe(JSON.stringify(whole));
  expect(largest).toBeLessThan(13_000);
});
