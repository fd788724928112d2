import { describe, expect, test } from 'vitest';
import type { PairCounts } from '../../domain/gate-batch.ts';
import { batch, pairs, question } from './support/batches.ts';
import { judgeAll } from '../../gates/gate.ts';

const asked = question({ stage: 'shadow', weight: 0, nextWeight: 100, minDurationMs: 0 });

/** The verdict on `count` batches of 20 pairs each. */
function shadow(count: number, parts: Partial<PairCounts>, over = asked, n = 20) {
  return judgeAll(
    over,
    Array.from({ length: count }, (_, i) => batch(i, { pairs: [pairs(n, parts)] })),
  );
}

describe('a shadow passes', () => {
  test('once it has its pairs and disagreement is proved to be within its limit', () => {
    expect(shadow(9, {}).summary).toContain('180 of 200 pairs');
    expect(shadow(10, {})).toMatchObject({ decision: 'pass', samples: { candidate: 200, stable: 200 } });
  });

  test('later if it disagrees a little, since a rate near the limit takes longer to prove', () => {
    expect(shadow(10, { disagree: 1 })).toMatchObject({ decision: 'inconclusive' });
    expect(shadow(10, { disagree: 1 }).summary).toContain('not proved yet: disagreement');
    expect(shadow(40, { disagree: 1 }).decision).toBe('pass');
  });

  test('never at exactly its limit', () => {
    expect(shadow(200, { disagree: 2 }).decision).toBe('inconclusive');
  });

  test('with a limit of zero only while nothing disagrees', () => {
    const strict = { ...asked, shadow: asked.shadow && { ...asked.shadow, maxDisagreement: 0 } };
    expect(shadow(10, {}, strict).decision).toBe('pass');
    expect(shadow(10, { disagree: 1 }, strict).decision).toBe('fail');
  });

  test('with a limit of one whatever the answers are', () => {
    const lax = { ...asked, shadow: asked.shadow && { ...asked.shadow, maxDisagreement: 1 } };
    expect(shadow(10, { disagree: 20 }, lax).decision).toBe('pass');
  });
});

describe('a shadow fails', () => {
  test('when it disagrees more often than it may', () => {
    const verdict = shadow(30, { disagree: 8 });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'LimitExceeded' });
    expect(verdict.summary).toBe('disagreement of v4 is 40 %, above its limit of 10 %');
  });

  test('when it fails where stable does not', () => {
    const verdict = shadow(10, { onlyVersionFailed: 5 });
    expect(verdict).toMatchObject({ decision: 'fail', reason: 'GateFailed' });
    expect(verdict.summary).toMatch(/^errors of v4: 20 % vs 0 % of stable$/);
  });

  test('when none of its answers is a good one', () => {
    const none = { onlyVersionFailed: 20, latency: [], latencyAgainst: [] };
    expect(shadow(4, none, asked, 0)).toMatchObject({ decision: 'fail', samples: { candidate: 80 } });
  });

  test('when its answers take twice as long as those that were served', () => {
    expect(shadow(20, { latency: [[235, 20]] }).summary).toMatch(/^latency\.p50 of v4 is 2× stable's/);
  });
});

describe('a shadow is undecided', () => {
  test('while both sides fail alike', () => {
    expect(shadow(100, { onlyVersionFailed: 2, onlyAgainstFailed: 2 }).decision).not.toBe('fail');
  });

  test('when it never answers', () => {
    const silent = { unpaired: 20, latency: [], latencyAgainst: [] };
    expect(shadow(100, silent, asked, 0)).toMatchObject({ decision: 'inconclusive', reason: 'NoData' });
  });

  test('when it answers two thirds of its copies only', () => {
    expect(shadow(100, { unpaired: 10 })).toMatchObject({ decision: 'inconclusive', reason: 'StillWatching' });
    expect(shadow(100, { unpaired: 10 }).summary).toContain('have no other half');
  });

  test('when the pairs are those of other versions', () => {
    expect(shadow(100, { against: 'v2-000000000000' }).reason).toBe('NoData');
    expect(shadow(100, { version: 'v5-000000000000' }).reason).toBe('NoData');
  });
});
