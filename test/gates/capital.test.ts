import { expect, test } from 'vitest';
import { NO_CAPITAL, bet, evenStakes, worth } from '../../gates/capital.ts';

const STAKES = evenStakes(2, 0.8);

test('capital that is never won or lost stays worth 1, however many batches pass', () => {
  let capital = NO_CAPITAL;
  for (let i = 0; i < 3_000; i += 1) capital = bet(capital, [0, 0], STAKES);
  expect(Math.exp(worth(capital, STAKES))).toBeCloseTo(1, 1);
  expect(worth(capital, STAKES)).toBeLessThanOrEqual(0);
});

test('the mean over all paths of a fair game is 1', () => {
  // Each batch doubles a line with probability 1/3 or halves it (2 · 1/3 + 1/2 · 2/3 = 1).
  const mean = (capital: typeof NO_CAPITAL, left: number): number => {
    if (left === 0) return Math.exp(worth(capital, STAKES));
    const [won, lost] = [Math.LN2, -Math.LN2].map((x) => mean(bet(capital, [x, x / 2], STAKES), left - 1));
    return (won ?? 0) / 3 + ((lost ?? 0) * 2) / 3;
  };
  // The second line's game is worth √2/3 + 2/(3√2) < 1 a batch.
  expect(mean(NO_CAPITAL, 8)).toBeLessThanOrEqual(1);
  expect(mean(NO_CAPITAL, 8)).toBeGreaterThan(0.6);
});

test('a fault that begins after hundreds of good batches is found, not outweighed by them', () => {
  let capital = NO_CAPITAL;
  for (let i = 0; i < 500; i += 1) capital = bet(capital, [-1, -2], STAKES);
  let batches = 0;
  while (worth(capital, STAKES) < Math.log(200)) {
    capital = bet(capital, [1, 2], STAKES);
    batches += 1;
  }
  expect(batches).toBeLessThan(12);
});

test('the mixture over starting times adds up to the whole stake', () => {
  const doubled = bet(NO_CAPITAL, [Math.LN2, Math.LN2], STAKES);
  expect(Math.exp(worth(doubled, STAKES))).toBeCloseTo(2 * 0.8 + 0.2, 4);
});
