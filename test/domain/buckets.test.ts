import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Arm } from '../../domain/route.ts';
import type { Buckets } from '../../domain/buckets.ts';
import { FULL_WEIGHT, bucketRoute, routeFaults, sameRoute, splitRoute } from '../../domain/route.ts';
import { inOrder, moveBuckets } from '../../domain/buckets.ts';

const VERSIONS = ['v1', 'v2', 'v3', 'v4'];

/** Weights of some arms that add up to the whole. */
const arms: fc.Arbitrary<Arm[]> = fc
  .tuple(
    fc.subarray(VERSIONS, { minLength: 1 }),
    fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 4 }),
  )
  .map(([versions, parts]) => {
    const total = versions.reduce((sum, _, i) => sum + (parts[i] ?? 0), 0) || 1;
    const weights = versions.map((_, i) => Math.floor(((parts[i] ?? 0) * FULL_WEIGHT) / total));
    const left = FULL_WEIGHT - weights.reduce((sum, weight) => sum + weight, 0);
    return versions.map((version, i) => ({ version, weight: (weights[i] ?? 0) + (i === 0 ? left : 0) }));
  });

/** A table after some changes, and the weights that it is to have next. */
const change = fc.tuple(fc.array(arms, { minLength: 1, maxLength: 4 }), arms).map(([past, next]) => {
  const [first = [], ...later] = past;
  return { before: later.reduce(moveBuckets, inOrder(first)), next };
});

const ownersOf = (table: Buckets): string[] =>
  table.flatMap(({ version, weight }) => Array.from({ length: weight }, () => version));
const weightIn = (table: readonly Arm[], version: string) =>
  table.reduce((sum, run) => sum + (run.version === version ? run.weight : 0), 0);

describe('a table of buckets for new weights', () => {
  test('gives every arm its weight', () => {
    fc.assert(
      fc.property(change, ({ before, next }) => {
        const after = moveBuckets(before, next);
        for (const version of VERSIONS) expect(weightIn(after, version)).toBe(weightIn(next, version));
      }),
    );
  });

  test('moves users only from arms that shrink to arms that grow, and no more of them than it must', () => {
    fc.assert(
      fc.property(change, ({ before, next }) => {
        const [was, is] = [ownersOf(before), ownersOf(moveBuckets(before, next))];
        const grew = (version: string) => weightIn(next, version) - weightIn(before, version);
        let moved = 0;
        was.forEach((owner, bucket) => {
          const now = is[bucket] ?? '';
          if (now === owner) return;
          moved += 1;
          if (grew(owner) >= 0 || grew(now) <= 0) throw new Error(`bucket ${bucket} went from ${owner} to ${now}`);
        });
        expect(moved).toBe(VERSIONS.reduce((sum, version) => sum + Math.max(grew(version), 0), 0));
      }),
    );
  });

  test('of two arms in order is two arms in order, as a canary has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: FULL_WEIGHT }), fc.integer({ min: 0, max: FULL_WEIGHT }), (from, to) => {
        const [before, after] = [splitRoute('v1', 'v2', from), splitRoute('v1', 'v2', to)];
        expect(moveBuckets(inOrder(before.arms), after.arms)).toEqual(inOrder(after.arms));
      }),
    );
  });

  test('moves the users of a removed arm alone', () => {
    const [first, second, third] = [4_000, 3_000, 3_000].map((weight, i) => ({ version: VERSIONS[i] ?? '', weight }));
    const before = inOrder([first, second, third].filter((each) => each !== undefined));
    const after = ownersOf(
      moveBuckets(before, [
        { version: 'v1', weight: 5_500 },
        { version: 'v3', weight: 4_500 },
      ]),
    );
    ownersOf(before).forEach((owner, bucket) => {
      if (owner !== 'v2' && after[bucket] !== owner) throw new Error(`bucket ${bucket} left ${owner}`);
    });
  });
});

describe('a route with a table of buckets', () => {
  const sticky = { header: 'x-user', salt: '7' };
  const two = splitRoute('v1', 'v2', 1_000, sticky);

  test('goes on from the route before it, if that deals users by the same salt', () => {
    const three = [
      ...two.arms.slice(0, 1).map((arm) => ({ ...arm, weight: 5_000 })),
      { version: 'v2', weight: 2_000 },
      { version: 'v3', weight: 3_000 },
    ];
    const route = bucketRoute(three, sticky, two);
    expect(routeFaults(route)).toEqual([]);
    expect(route.buckets?.at(-1)).toEqual({ version: 'v2', weight: 2_000 });
    expect(bucketRoute(three, { ...sticky, salt: '8' }, two).buckets).toEqual(three);
  });

  test('means the same as one without, where its buckets are in order, and else another', () => {
    expect(sameRoute(bucketRoute(two.arms, sticky, two), two)).toBe(true);
    expect(sameRoute({ ...two, buckets: two.arms.toReversed() }, two)).toBe(false);
  });

  test('cannot be programmed where table and weights differ', () => {
    const buckets = [
      { version: 'v1', weight: 8_000 },
      { version: 'v3', weight: 2_000 },
    ];
    expect(routeFaults({ ...two, buckets })).toEqual([
      'buckets of v1 add up to 8000, its weight is 9000',
      'buckets of v2 add up to 0, its weight is 1000',
      'buckets of v3 add up to 2000, its weight is 0',
    ]);
  });
});
