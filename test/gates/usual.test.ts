import { describe, expect, test } from 'vitest';
import { limitsOfBefore } from '../../domain/aftermath.ts';
import { judgeAll } from '../../gates/gate.ts';
import { msToIndex } from '../../gates/histogram.ts';
import { usualFigures } from '../../gates/usual.ts';
import { arm, batch, question, STABLE } from './support/batches.ts';

const { plan } = question();
const at = (ms: number, n: number) => ({ latency: [[msToIndex(ms), n] as const] });

describe('how a version served before', () => {
  const before = [20, 30].map((ms, index) => batch(index, { arms: [arm(STABLE, 300, { errors: 3, ...at(ms, 300) })] }));

  test('is its error rate and its slowest hundredth, over all batches that name it', () => {
    const usual = usualFigures([...before, batch(2, { arms: [arm('v9-000000000000', 900)] })], STABLE);
    expect(usual).toMatchObject({ requests: 600, errorRate: 0.01 });
    expect(usual?.p99Ms).toBeCloseTo(30, 0);
  });

  test('is not known of one without a request', () => {
    expect(usualFigures([batch(0)], STABLE)).toBeNull();
  });

  test("with the plan's margins on top is the limit of what it may be now", () => {
    const limits = limitsOfBefore({ requests: 600, errorRate: 0.01, p99Ms: 30 }, plan);
    expect(limits).toEqual({ errorRate: 0.02, p99Ms: 60 });
  });

  test('on a handful of requests says nothing: the limits of the plan hold', () => {
    expect(limitsOfBefore({ requests: 40, errorRate: 0, p99Ms: 3 }, plan)).toEqual(plan.limits);
    expect(limitsOfBefore(null, plan)).toEqual(plan.limits);
  });
});

describe('two minutes with the traffic back', () => {
  const limits = { errorRate: 0.011, p99Ms: 60 };
  const asked = question({ stage: 'soak', candidate: STABLE, stable: null, minDurationMs: 0, alphaShare: 1 });
  const judged = (errors: number, ms = 20) =>
    judgeAll(
      { ...asked, plan: { ...plan, limits } },
      Array.from({ length: 12 }, (_, i) => batch(i, { arms: [arm(STABLE, 200, { errors, ...at(ms, 200) })] })),
    );

  test('are enough to see one that fails where it did not before, though far below the absolute limit of 5 %', () => {
    expect(judged(8).decision).toBe('fail');
  });

  test('are enough to see one that is slower than twice what was usual', () => {
    expect(judged(0, 90)).toMatchObject({ decision: 'fail', culprits: ['latency.p99'] });
  });

  test('find nothing in one that serves as before', () => {
    expect(judged(0).decision).toBe('pass');
  });
});
