import { describe, expect, test } from 'vitest';
import { drillFaults, exposureSeconds, planDrill, type DrillInput } from '../../domain/drill.ts';

const place = { target: 'local', endpoint: 'digits' };
const faultsOf = (input: Partial<DrillInput>, retry = true) => drillFaults({ ...place, ...input }, { retry });

describe('a drill', () => {
  test('is held with errors on copies of requests for two minutes, where nothing is said', () => {
    expect(planDrill(place, { timeoutMs: 5_000 })).toEqual({ fault: { kind: 'errors' }, weight: 0, withinMs: 120_000 });
    expect(faultsOf({})).toEqual([]);
  });

  test('never slows an answer beyond the time that a prediction may take', () => {
    expect(planDrill({ ...place, fault: 'latency' }, { timeoutMs: 200 }).fault).toEqual({
      kind: 'latency',
      addMs: 100,
    });
  });

  test('is refused more than a hundredth of live traffic, and more than ten minutes of it', () => {
    expect(faultsOf({ weight: 100, withinMs: 600_000 })).toEqual([]);
    expect(faultsOf({ weight: 101 })).toEqual(['a drill takes at most 1 % of live traffic, not 1.01 %']);
    expect(faultsOf({ weight: 100, withinMs: 600_001 })).toEqual([
      'a drill with live traffic lasts at most 10 minutes',
    ]);
  });

  test('is refused faults that would reach users, and is not when they meet nobody', () => {
    expect(faultsOf({ weight: 100, fault: 'dead' }, false)).toEqual([expect.stringContaining('would reach users')]);
    expect(faultsOf({ fault: 'dead' }, false)).toEqual([]);
  });

  test('names every fault of what was asked for at once', () => {
    const asked = { fault: 'fire' as never, weight: -1, withinMs: 0 };
    expect(faultsOf(asked)).toHaveLength(3);
  });

  test('costs at most weight times time', () => {
    expect(exposureSeconds({ weight: 100, withinMs: 120_000 })).toBe(1.2);
    expect(exposureSeconds({ weight: 0, withinMs: 120_000 })).toBe(0);
  });
});
