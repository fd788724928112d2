import { describe, expect, test, vi } from 'vitest';
import type { Law } from './support.ts';
import { CANDIDATE, PAID, REVENUE, STABLE, THIRD, logNormal, play, test50 } from './support.ts';

vi.setConfig({ testTimeout: 120_000 });

const RUNS = 200;
/** A large one, so that a test that is too eager shows within few runs. */
const ALPHA = 0.2;
/** What so many runs may show at most, if the true rate is alpha: three standard errors more. */
const MOST = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

const pays =
  (rate: number): Law =>
  (next) => ({ paid: next() < rate ? 1 : 0 });
const buys: Law = (next) => ({ revenue: next() < 0.1 ? logNormal(next, 1.5) : 0 });

describe('arms that are the same are found to differ no more often than alpha says, at whatever look one stops', () => {
  test.each([
    ['half of the users pay', pays(0.5), 0.5],
    ['one in twenty pays, and the candidate has a tenth of the users', pays(0.05), 0.1],
    ['one in a hundred pays', pays(0.01), 0.5],
  ])('where %s', (_, law, share) => {
    const shares = { [STABLE]: 1 - share, [CANDIDATE]: share };
    expect(
      rateOf((seed) => play(test50([PAID], { shares, alpha: ALPHA }), both(law), { seed, users: 4_000 })),
    ).toBeLessThan(MOST);
  });

  test.each([0.5, 0.1, 0.9])('where few users bring much and the candidate has %s of them', (share) => {
    const shares = { [STABLE]: 1 - share, [CANDIDATE]: share };
    expect(
      rateOf((seed) => play(test50([REVENUE], { shares, alpha: ALPHA }), both(buys), { seed, users: 4_000 })),
    ).toBeLessThan(MOST);
  });

  test('where three arms are compared on two metrics', () => {
    const shares = { [STABLE]: 0.4, [CANDIDATE]: 0.3, [THIRD]: 0.3 };
    const asked = test50([PAID, REVENUE], { shares, candidates: [CANDIDATE, THIRD], alpha: ALPHA });
    const law: Law = (next) => (next() < 0.2 ? { paid: 1, revenue: logNormal(next, 0.5) } : {});
    const laws = { [STABLE]: law, [CANDIDATE]: law, [THIRD]: law };
    expect(rateOf((seed) => play(asked, laws, { seed, users: 4_000 }))).toBeLessThan(MOST);
  });

  test('and users that are split as planned are not called wrongly split', () => {
    const shares = { [STABLE]: 0.8, [CANDIDATE]: 0.2 };
    const decisions = Array.from(
      { length: RUNS },
      (_, seed) =>
        play(test50([PAID], { shares, alpha: 1e-9 }), both(pays(0.3)), { seed, users: 4_000 }).standing.decision,
    );
    expect(new Set(decisions)).toEqual(new Set(['undecided']));
  });
});

function both(law: Law): Record<string, Law> {
  return { [STABLE]: law, [CANDIDATE]: law };
}

function rateOf(run: (seed: number) => ReturnType<typeof play>): number {
  const found = Array.from({ length: RUNS }, (_, seed) => run(seed)).filter(({ standing }) =>
    standing.comparisons.some(({ finding }) => finding !== 'open'),
  );
  return found.length / RUNS;
}
