import { expect, test } from 'vitest';
import { casesOf, type Point } from '../../bench/faults/orchestration/cases.ts';
import { chunks, shuffled } from '../../bench/faults/orchestration/draw.ts';
import { PATHS, type Path } from '../../bench/faults/orchestration/paths.ts';
import { Places } from '../../bench/faults/orchestration/places.ts';
import { strikesOf } from '../../bench/faults/orchestration/random-times.ts';
import { tableOf } from '../../bench/faults/table.ts';
import { randomOf } from '../../bench/gates/sim/random.ts';

test('an activity keeps its name over its attempts, and two of a kind have two names', () => {
  const places = new Places();
  const call = { runId: 'r', activityId: '1', activity: 'watchGate', step: 'soak' };
  expect(places.of(call)).toBe('watchGate soak #1');
  expect(places.of({ ...call, activityId: '2' })).toBe('watchGate soak #2');
  expect(places.of(call)).toBe('watchGate soak #1');
  expect(places.of({ ...call, runId: 'continued' })).toBe('watchGate soak #3');
});

test('every point of a path gets every fault that makes sense there', () => {
  const path = PATHS[0] as Path;
  const at = (component: Point['component'], when: Point['when']) =>
    casesOf(path, [{ component, place: 'preflight #1', when }]).map(({ fault }) => fault);
  expect(at('worker', 'before the call')).toEqual(['kill -9', 'stop', 'restart', 'error']);
  expect(at('worker', 'after the record')).toEqual(['kill -9', 'stop']);
  expect(at('registry', 'before the call')).toEqual(['connection refused', 'slow']);
  expect(at('registry', 'after the effect')).toEqual(['answer lost', 'garbage']);
});

test('the same seed draws the same cases and the same strikes, another one others', () => {
  const all = Array.from({ length: 50 }, (_, at) => at);
  const draw = (seed: number) => shuffled(randomOf(seed, 'cases', 0), all);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1).toSorted((a, b) => a - b)).toEqual(all);
  expect(strikesOf(1, 20)).toEqual(strikesOf(1, 20));
  expect(strikesOf(1, 20)).not.toEqual(strikesOf(2, 20));
  expect(chunks(all, 20).map(({ length }) => length)).toEqual([20, 20, 10]);
});

test('the table sums up boundaries, and says which failures were to be expected', () => {
  const row = { component: 'Envoy', fault: 'kill -9', path: 'forward', runs: 1, violations: 0, recoveryMs: [1_000] };
  const table = tableOf([
    { ...row, failedRequests: 3, mustFail: true },
    { ...row, boundary: 'before the call', failedRequests: 2, mustFail: true, recoveryMs: [3_000] },
  ]);
  expect(table[1]).toEqual(['Envoy', 'kill -9', 'forward', '2', '0', '5 (must)', '1.0', '3.0']);
  const mixed = tableOf([
    { ...row, failedRequests: 7, mustFail: false },
    { ...row, failedRequests: 2, mustFail: true },
  ]);
  expect(mixed[1]?.[5], 'what must fail hides nothing else').toBe('7 + 2 (must)');
});
