import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Route } from '../../domain/route.ts';
import {
  EMPTY_ROUTE,
  FULL_WEIGHT,
  mirrorRoute,
  routeFaults,
  sameRoute,
  splitRoute,
  versionsOf,
  weightOf,
  wholeRoute,
} from '../../domain/route.ts';

const weight = fc.integer({ min: 0, max: FULL_WEIGHT });
const percent = fc.integer({ min: 0, max: 100 });
const sticky = { header: 'x-user', salt: 'r1' };

describe('routes made here', () => {
  test('can be programmed, whatever the weight', () => {
    fc.assert(
      fc.property(weight, percent, (share, copied) => {
        const routes = [wholeRoute('v3'), splitRoute('v3', 'v4', share), mirrorRoute('v3', 'v4', copied), EMPTY_ROUTE];
        expect(routes.flatMap(routeFaults)).toEqual([]);
      }),
    );
  });

  test('share all traffic between stable and candidate', () => {
    fc.assert(
      fc.property(weight, (share) => {
        const route = splitRoute('v3', 'v4', share);
        expect(weightOf(route, 'v4')).toBe(share);
        expect(weightOf(route, 'v3') + weightOf(route, 'v4')).toBe(FULL_WEIGHT);
      }),
    );
  });

  test('put stable first, since the first arm answers for the others', () => {
    expect(splitRoute('v3', 'v4', 9_000).arms[0]?.version).toBe('v3');
  });

  test('give a mirrored version no live traffic', () => {
    expect(weightOf(mirrorRoute('v3', 'v4', 100), 'v4')).toBe(0);
    expect(versionsOf(mirrorRoute('v3', 'v4', 100))).toEqual(['v3', 'v4']);
  });

  test('name a version once that is an arm and a mirror', () => {
    expect(versionsOf({ ...wholeRoute('v3'), mirrors: [{ version: 'v3', percent: 1 }] })).toEqual(['v3']);
  });
});

describe('two routes are the same', () => {
  test('when they say the same in another order of fields', () => {
    const reordered: Route = {
      sticky: { salt: 'r1', header: 'x-user' },
      mirrors: [],
      arms: [{ weight: 10_000, version: 'v3' }],
    };
    expect(sameRoute(wholeRoute('v3', sticky), reordered)).toBe(true);
  });

  test('but not when weight, order of arms, mirror or stickiness differ', () => {
    const route = splitRoute('v3', 'v4', 500, sticky);
    const others: Route[] = [
      splitRoute('v3', 'v4', 501, sticky),
      { ...route, arms: route.arms.toReversed() },
      { ...route, sticky: null },
      { ...route, sticky: { ...sticky, salt: 'r2' } },
      { ...route, mirrors: [{ version: 'v4', percent: 1 }] },
    ];
    for (const other of others) expect(sameRoute(route, other)).toBe(false);
  });
});

describe('a route cannot be programmed', () => {
  const arms = (...weights: number[]): Route => ({
    ...EMPTY_ROUTE,
    arms: weights.map((share, i) => ({ version: `v${i}`, weight: share })),
  });

  test.each([
    ['weights that do not add up', arms(5_000, 4_999), ['weights add up to 9999, not 10000']],
    ['a fraction of a part', arms(5_000.5, 4_999.5), ['weight 5000.5 of v0', 'weight 4999.5 of v1']],
    ['a negative weight', arms(10_001, -1), ['weight -1 of v1']],
    ['a mirror of more than everything', mirrorRoute('v3', 'v4', 101), ['mirror 101 % of v4']],
    ['a mirror of NaN', mirrorRoute('v3', 'v4', Number.NaN), ['mirror NaN % of v4']],
    ['two arms of one version', splitRoute('v3', 'v3', 500), ['a version has two arms']],
    [
      'a mirror beside a split',
      { ...splitRoute('v3', 'v4', 500), mirrors: [{ version: 'v4', percent: 10 }] },
      ['a mirror beside a split would send the candidate its own requests twice'],
    ],
  ] as [string, Route, string[]][])('with %s', (_, route, faults) => {
    expect(routeFaults(route)).toEqual(faults);
  });

  test('and all its faults are named at once', () => {
    expect(routeFaults({ ...arms(-1, 3), mirrors: [{ version: 'v9', percent: -5 }] })).toHaveLength(4);
  });
});
