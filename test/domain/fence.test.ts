import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { NO_FENCE, compareFences, formatFence, parseFence } from '../../domain/fence.ts';

const fence = fc.record({ epoch: fc.nat(), sequence: fc.nat() });

test('a fence reads back as it was written', () => {
  fc.assert(
    fc.property(fence, (one) => {
      expect(parseFence(formatFence(one))).toEqual(one);
    }),
  );
});

test.each(['', '1', '1.', '.1', '1.2.3', '-1.2', '1.-2', '1e3.1', ' 1.2', '1.2\n', 'v1.2'])(
  '%j is no fence',
  (text) => {
    expect(parseFence(text)).toBeNull();
  },
);

test('a later rollout is newer, whatever its sequence', () => {
  fc.assert(
    fc.property(fence, fc.nat(), (one, sequence) => {
      expect(compareFences({ epoch: one.epoch + 1, sequence }, one)).toBeGreaterThan(0);
    }),
  );
});

test('within a rollout the sequence decides, and a fence is as new as itself', () => {
  fc.assert(
    fc.property(fence, (one) => {
      expect(compareFences(one, { ...one })).toBe(0);
      expect(compareFences(one, { ...one, sequence: one.sequence + 1 })).toBeLessThan(0);
    }),
  );
});

test('no rollout is older than the state before any', () => {
  fc.assert(
    fc.property(fence, (one) => {
      expect(compareFences(one, NO_FENCE)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('newer than newer is newer', () => {
  fc.assert(
    fc.property(fc.tuple(fence, fence, fence), (fences) => {
      const [a, b, c] = fences.toSorted(compareFences) as typeof fences;
      expect(compareFences(a, b)).toBeLessThanOrEqual(0);
      expect(compareFences(b, c)).toBeLessThanOrEqual(0);
      expect(compareFences(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});
