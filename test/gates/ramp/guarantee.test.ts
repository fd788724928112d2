import { describe, expect, test, vi } from 'vitest';
import { RAMP, climb, type Climb, type Rate } from './support.ts';
import { LOAD_WEIGHT } from '../../../domain/ramp.ts';
import { random } from '../support/random.ts';

// Seconds each when alone; other files share the cores.
vi.setConfig({ testTimeout: 120_000 });

const RUNS = 200;
/** What so many runs may show at most, if the true rate is `chance`: three standard errors more. */
const atMost = (chance: number) => chance + 3 * Math.sqrt((chance * (1 - chance)) / RUNS);

function share(seed: number, make: (next: () => number) => Climb, holds: (climb: Climb) => boolean): number {
  const runs = Array.from({ length: RUNS }, (_, run) => make(random(seed + run)));
  return runs.filter(holds).length / RUNS;
}

const always =
  (rate: number): Rate =>
  () =>
    rate;

describe('with a chance of 1 − beta the harm stays within the budget until it is proved to be bearable', () => {
  const beta = 0.1;
  const budget = { ...RAMP, badExposure: 40 };
  const cases = [0, 0.02, 0.1].flatMap((stable) => [0.015, 0.05, 0.25, 0.9].map((excess) => ({ stable, excess })));

  test.each(cases)(
    'stable $stable, excess $excess, which is beyond its margins, so that it is not loaded either',
    (given) => {
      const { stable, excess } = given;
      const rates = { stable: always(stable), candidate: always(Math.min(stable + excess, 1)), perBatch: always(400) };
      const make = (next: () => number) => climb(next, rates, { ramp: budget, beta, batches: 120 });
      const broken = ({ worst, weights }: Climb) => worst > budget.badExposure || weights.includes(LOAD_WEIGHT);
      expect(share(30_000, make, broken)).toBeLessThanOrEqual(atMost(beta));
    },
  );

  test('and an excess that fades is no exception', () => {
    const candidate: Rate = (t) => 0.02 + 0.3 / (1 + t);
    const rates = { stable: always(0.02), candidate, perBatch: always(400) };
    const make = (next: () => number) => climb(next, rates, { ramp: budget, beta, batches: 60 });
    expect(share(31_000, make, ({ worst }) => worst > budget.badExposure)).toBeLessThanOrEqual(atMost(beta));
  });
});

describe('with a chance of 1 − beta the harm is never more than what counts as spent, whatever the rates do', () => {
  const beta = 0.1;
  const surprises: Record<string, { candidate: Rate; stable: Rate }> = {
    'a fault that begins late': { candidate: (t) => (t < 20 ? 0.01 : 0.3), stable: always(0.01) },
    'outages of both arms': { candidate: (t) => (t % 7 < 2 ? 0.6 : 0.02), stable: (t) => (t % 7 < 2 ? 0.55 : 0.01) },
    'a server of the candidate that stumbles': { candidate: (t) => (t % 11 === 3 ? 0.4 : 0.02), stable: always(0.02) },
    'a stable that is worse': { candidate: always(0.05), stable: (t) => (t < 10 ? 0.3 : 0.05) },
  };

  test.each(Object.entries(surprises))('%s', (_, { candidate, stable }) => {
    const perBatch: Rate = (t) => 150 + (t % 5) * 60;
    const make = (next: () => number) =>
      climb(next, { candidate, stable, perBatch }, { ramp: { ...RAMP, badExposure: 1e6 }, beta, batches: 60 });
    const exceeded = ({ harm, spent }: Climb) => harm.some((true_, t) => true_ > (spent[t] ?? 0) + 1e-9);
    expect(share(32_000, make, exceeded)).toBeLessThanOrEqual(atMost(beta));
  });
});

describe('with the defaults', () => {
  test('a candidate that is dead from its first request cannot cost more than the budget even if no gate sees it', () => {
    const rates = { stable: always(0.001), candidate: always(1), perBatch: always(100) };
    const runs = Array.from({ length: 50 }, (_, run) => climb(random(33_000 + run), rates));
    for (const { ended, state } of runs) {
      expect(ended).toBe('out of budget');
      expect(state.requests).toBeLessThanOrEqual(RAMP.badExposure);
    }
  });

  test.each([
    [0.0005, 100, 0.99],
    [0.01, 300, 0.95],
    [0.01, 10_000, 0.95],
    [0.03, 1_000, 0.9],
  ])(
    'a harmless candidate where %d of the responses are bad gets through the load step at %d requests a batch',
    (rate, perBatch, least) => {
      const runs = perBatch > 1_000 ? 20 : 100;
      const rates = { stable: always(rate), candidate: always(rate), perBatch: always(perBatch) };
      const climbs = Array.from({ length: runs }, (_, run) => climb(random(34_000 + run), rates, { batches: 180 }));
      expect(climbs.filter(({ ended }) => ended === 'loaded').length / runs).toBeGreaterThanOrEqual(least);
    },
  );
});
