import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { CANDIDATE, STABLE, arm, batch, question } from './support/batches.ts';
import { judge, judgeAll, observe, openGate } from '../../gates/gate.ts';
import { msToIndex } from '../../gates/histogram.ts';
import { latencyTolerance, ratioMargin, shareMargin } from '../../gates/margin.ts';

const weight = fc.integer({ min: 1, max: 10_000 });
const share = fc.double({ min: 0.001, max: 0.3, noNaN: true });

describe('exposure-scaled margins', () => {
  test('the endpoint as a whole never exceeds the margin at the next weight', () => {
    fc.assert(
      fc.property(share, weight, (margin, next) => {
        expect((shareMargin(margin, next) * next) / 10_000).toBeLessThanOrEqual(margin * (1 + 1e-12));
      }),
    );
  });

  test('are the margin itself at full weight, and never below it', () => {
    fc.assert(
      fc.property(share, weight, (margin, next) => {
        expect(shareMargin(margin, 10_000)).toBe(margin);
        expect(ratioMargin(margin, 10_000)).toBe(margin);
        expect(shareMargin(margin, next)).toBeGreaterThanOrEqual(margin);
        expect(ratioMargin(margin, next)).toBeGreaterThanOrEqual(margin);
      }),
    );
  });

  test('end at half of the answers and at three times the latency', () => {
    expect(shareMargin(0.01, 100)).toBe(0.5);
    expect(ratioMargin(0.5, 100)).toBe(2);
    expect(ratioMargin(4, 100)).toBe(4);
  });

  test('let early steps go on after few requests and the last one after many', () => {
    const least = [500, 1_000, 2_500, 5_000, 10_000].map(requestsUntilPass);
    expect(least).toEqual(least.toSorted((a, b) => a - b));
    expect(least[0]).toBeLessThanOrEqual(40);
    expect(least.at(-1)).toBeGreaterThan(300);
    expect(least.at(-1)).toBeLessThan(400);
  });
});

test('two fifths of a latency margin are tolerated, and at least 4 %', () => {
  expect(latencyTolerance(0.01)).toBe(0.04);
  expect(latencyTolerance(0.5)).toBe(0.2);
  expect(latencyTolerance(1)).toBe(0.4);
});

test('a slowdown within the tolerance is no reason to go back, however much traffic shows it', () => {
  const slower = (index: number) =>
    batch(index, { arms: [arm(STABLE, 4_000), arm(CANDIDATE, 1_000, { latency: [[208, 1_000]] })] });
  const batches = Array.from({ length: 30 }, (_, i) => slower(i));
  expect(judgeAll(question(), batches).decision).toBe('pass');
});

test('a millisecond more is no reason to go back, however fast the model is', () => {
  const fast = (ms: number, n: number) => ({ latency: [[msToIndex(ms), n]] as const });
  const verdict = (ms: number) =>
    judgeAll(
      question(),
      Array.from({ length: 30 }, (_, i) =>
        batch(i, { arms: [arm(STABLE, 400, fast(1, 400)), arm(CANDIDATE, 100, fast(ms, 100))] }),
      ),
    ).decision;
  expect(verdict(1.9)).not.toBe('fail');
  expect(verdict(3)).toBe('fail');
});

function requestsUntilPass(nextWeight: number): number {
  let state = openGate(question({ nextWeight, minDurationMs: 0 }));
  for (let index = 0; ; index += 1) {
    state = observe(state, batch(index, { arms: [arm(STABLE, 40), arm(CANDIDATE, 10)] }));
    if (judge(state).decision === 'pass') return (index + 1) * 10;
  }
}
