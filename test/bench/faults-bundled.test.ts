import { expect, test } from 'vitest';
import { bundled } from '../../bench/faults/orchestration/bundled.ts';
import { casesOf, placeOf, type Point } from '../../bench/faults/orchestration/cases.ts';
import { PATHS } from '../../bench/faults/orchestration/paths.ts';

const points = ['preflight #1', 'preflight #1 → resolve', 'publishOutcome #1'].flatMap((place): Point[] => {
  const component = place.includes('→') ? 'registry' : 'worker';
  return [
    { component, place, when: 'before the call' },
    { component, place, when: 'after the effect' },
  ];
});
const cases = PATHS.slice(0, 2).flatMap((path) => casesOf({ ...path, struck: () => true }, points));

test('faults share a rollout only on one path and in different activities, and none is left out', () => {
  const bundles = bundled(cases);
  expect(bundles.flatMap(({ faults }) => faults)).toHaveLength(cases.length);
  expect(bundles.length).toBeLessThan(cases.length);
  for (const { faults } of bundles) {
    expect(new Set(faults.map(({ path }) => path.name)).size).toBe(1);
    expect(new Set(faults.map(({ point }) => placeOf(point.place))).size).toBe(faults.length);
  }
});
