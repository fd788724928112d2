import { describe, expect, it } from 'vitest';
import type { Procedure } from '../../bench/gates/procedures/procedure.ts';
import { DEFAULT_CONFIG } from '../../bench/gates/default-config.ts';
import { PLAIN } from '../../bench/gates/scenarios/base.ts';
import { summarise } from '../../bench/gates/score/summary.ts';
import { figuresOf, goalsFor } from '../../bench/gates/score/figures.ts';
import { between } from '../../bench/gates/score/readme.ts';
import { markdownTable, plainTable } from '../../bench/gates/score/table.ts';
import { play, type Outcome } from '../../bench/gates/score/play.ts';
import { playAll } from '../../bench/gates/score/pool.ts';
import { tally } from '../../bench/gates/score/tally.ts';
import { upperBound } from '../../bench/gates/score/interval.ts';
import type { Scenario } from '../../bench/gates/sim/scenario.ts';

/** Even traffic: exposure can be reckoned by hand. */
const EVEN: Scenario = { ...PLAIN, name: 'even', rpm: 20_000, latency: { kind: 'pareto', least: 1, tail: 2 } };

describe('exposure: the share of the hour’s requests that the candidate served', () => {
  const bad = { ...EVEN, fault: { errors: 0.1 } };
  const late = { ...EVEN, fault: { errors: 0.1, onset: 30 } };

  it.each([
    ['rolled back in minute 15: its weight for a quarter of the hour', bad, 'rollback', 15, 0.05],
    ['never decided: its weight all the time', bad, 'continue', 60, 0.2],
    ['promoted in minute 30: its weight, then everything', bad, 'promote', 30, 0.6],
    ['rolled back before it turned bad: none', late, 'rollback', 20, 0],
    ['rolled back 6 minutes after it turned bad', late, 'rollback', 36, 0.02],
    ['promoted before it turned bad: all of what follows', late, 'promote', 10, 0.5],
  ] as const)('%s', (_, scenario, decision, minute, expected) => {
    const [outcome] = judgedBy(scenario, decides(decision, minute));
    expect(outcome).toMatchObject({ decision, minute });
    expect(outcome?.exposure).toBeCloseTo(expected, 2);
  });

  it('is of the weights that a steering judge sets, in a run of its own', () => {
    const steering: Procedure = {
      name: 'steering',
      open: () => ({ weight: () => 0.5, look: ({ t }) => (t === 6 ? 'rollback' : 'continue') }),
    };
    const outcomes = judgedBy(bad, steering, decides('rollback', 15));
    expect(outcomes[0]?.exposure).toBeCloseTo(0.05, 2);
    expect(outcomes[1]?.exposure).toBeCloseTo(0.05, 2);
    expect(outcomes.map(({ minute }) => minute)).toEqual([6, 15]);
  });
});

describe('a tally', () => {
  const outcome = (decision: Outcome['decision'], minute: number): Outcome => ({ decision, minute, exposure: 0.1 });

  it('counts delays from the onset, and what was promoted before it', () => {
    const outcomes = [
      outcome('rollback', 25),
      outcome('rollback', 10),
      outcome('rollback', 28),
      outcome('promote', 15),
    ];
    expect(tally([{ onset: 20, outcomes }])).toMatchObject({
      runs: 4,
      rolledBack: 3,
      minutesToRollback: 5,
      promoted: 1,
      promotedEarly: 1,
      minutesToPromotion: 15,
    });
  });

  it('takes the median over all runs of several scenarios', () => {
    const series = [
      { onset: 0, outcomes: [outcome('rollback', 1), outcome('rollback', 2)] },
      { onset: 30, outcomes: [outcome('rollback', 60)] },
    ];
    expect(tally(series).minutesToRollback).toBe(2);
  });
});

describe('the upper end of an interval', () => {
  // scipy.stats.binomtest(k, n, alternative='less').proportion_ci(0.95, 'exact').high, SciPy 1.17.1
  it.each([
    [0, 400, 0.007461355528792134],
    [18, 400, 0.06600205423607552],
    [20, 400, 0.071828590046035],
    [3, 60, 0.12418721047775096],
    [1_800, 1_900, 0.9555401023528088],
    [7, 7, 1],
  ])('for %i of %i is what SciPy says', (k, n, expected) => {
    expect(upperBound(k, n)).toBeCloseTo(expected, 8);
  });
});

describe('a study', () => {
  it('gives the same outcomes whatever the number of threads, scenario by scenario in the order asked for', async () => {
    const study = {
      procedures: ['z-test, peeking', 'Argo Rollouts (docs settings)'],
      scenarios: ['wobble of the arms', 'errors +2 pt'],
      runs: 13,
      seed: 3,
      windows: 0,
      config: DEFAULT_CONFIG,
    };
    const [alone, together] = await Promise.all([playAll({ ...study, threads: 1 }), playAll({ ...study, threads: 3 })]);
    expect(together).toEqual(alone);
    expect([...alone.keys()]).toEqual(study.scenarios);
    expect(alone.get('errors +2 pt')?.get('z-test, peeking')).toHaveLength(13);
  });

  it('fails when a worker does', async () => {
    const study = {
      procedures: ['nobody'],
      scenarios: ['plain'],
      runs: 1,
      seed: 1,
      windows: 0,
      config: DEFAULT_CONFIG,
    };
    await expect(playAll({ ...study, threads: 1 })).rejects.toThrow('no procedure is named nobody');
  });
});

describe('the figures', () => {
  const outcomes = (decision: Outcome['decision'], count: number, minute = 10): Outcome[] =>
    Array.from({ length: count }, () => ({ decision, minute, exposure: 0.01 }));
  const by = (...parts: Outcome[][]) => new Map([['Slipway', parts.flat()]]);
  const summary = summarise(
    new Map([
      ['plain', by(outcomes('rollback', 3), outcomes('promote', 97, 24))],
      ['wobble of the arms', by(outcomes('rollback', 6), outcomes('continue', 94, 60))],
      ['errors 50 %', by(outcomes('rollback', 97, 1), outcomes('rollback', 3, 4))],
      [
        'errors +5 pt from minute 20',
        by(outcomes('promote', 1, 12), outcomes('promote', 1, 40), outcomes('rollback', 98, 26)),
      ],
    ]),
    'Slipway',
  );
  const half = by(outcomes('rollback', 97, 1), outcomes('rollback', 3, 4)).get('Slipway') ?? [];

  it('are of the worst harmless kind, and of all runs of a sort together', () => {
    expect(summary.worst).toMatchObject({ name: 'wobble of the arms', share: 0.06 });
    expect(figuresOf(summary, summary, half, { msPerBatch: 1.234, stateBytes: 99 })).toMatchObject({
      falseRollbackWorst: 6,
      falseRollbackMean: 4.5,
      harmlessUnpromoted: 51.5,
      minutesToPromotion: 24,
      missedDetection: 1,
      wronglyPromoted: 1,
      wronglyPromotedAfterOnset: 0.5,
      badExposure: 1,
      halfErrorsBatches: 1,
      msPerBatch: 1.23,
      stateBytes: 99,
    });
  });

  it('each have a goal or are shown beside one, and are numbers even where nothing happened', () => {
    const nothing = summarise(
      new Map([
        ['plain', by(outcomes('continue', 1, 60))],
        ['errors 50 %', by(outcomes('continue', 1, 60))],
      ]),
      'Slipway',
    );
    const figures = figuresOf(nothing, nothing, outcomes('continue', 1, 60), { msPerBatch: 1, stateBytes: 1 });
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
    expect(figures).toMatchObject({
      minutesToRollback: 60,
      minutesToPromotion: 60,
      halfErrorsBatches: 60,
      missedDetection: 100,
    });
    for (const name of Object.keys(goalsFor(400))) expect(figures).toHaveProperty(name);
    expect(goalsFor(8)).not.toHaveProperty('falseRollbackWorst');
  });
});

describe('tables', () => {
  const table = [
    ['procedure', '%'],
    ['a', '10.0'],
  ];

  it('are set for a terminal and for Markdown', () => {
    expect(plainTable(table)).toBe('  procedure     %\n  a          10.0\n');
    expect(markdownTable(table)).toBe('| procedure | % |\n|---|---:|\n| a | 10.0 |\n');
  });

  it('replace what stands between the marks of a file, and nothing else', () => {
    const text = 'above\n<!-- gates -->\nold\n<!-- /gates -->\nbelow\n';
    expect(between(text, 'new\n')).toBe('above\n<!-- gates -->\n\nnew\n\n<!-- /gates -->\nbelow\n');
    expect(between(between(text, 'x\n'), 'new\n')).toBe(between(text, 'new\n'));
    expect(() => between('no marks', 'new')).toThrow('mark the table’s place once'.replace('’', "'"));
  });
});

function judgedBy(scenario: Scenario, ...procedures: Procedure[]): Outcome[] {
  return play({ scenario, seed: 1, run: 0, config: DEFAULT_CONFIG, windows: 0 }, procedures);
}

function decides(decision: Outcome['decision'], minute: number): Procedure {
  return {
    name: 'fixed',
    open:
      () =>
      ({ t }) =>
        t === minute ? decision : 'continue',
  };
}
