import { describe, expect, it } from 'vitest';
import { NoiseProcess, type Noise } from '../../bench/gates/sim/noise.ts';
import { PLAIN } from '../../bench/gates/scenarios/base.ts';
import { calibrationOf } from '../../bench/gates/sim/calibration.ts';
import { randomOf } from '../../bench/gates/sim/random.ts';

const MINUTES = 60_000;

describe('wobble', () => {
  const of = { errors: 0.5, latency: 0.1, correlation: 0.6 };
  const minutes = conditions({ of: 'arm', wobble: of });

  it('leaves the mean error rate and the median latency as they are', () => {
    expect(mean(minutes.map(({ errorFactor }) => errorFactor))).toBeCloseTo(1, 1);
    expect(mean(minutes.map(({ latencyFactor }) => Math.log(latencyFactor)))).toBeCloseTo(0, 2);
  });

  it('has the spread declared, and so much of it stays from minute to minute', () => {
    const ln = minutes.map(({ latencyFactor }) => Math.log(latencyFactor));
    expect(Math.sqrt(mean(ln.map((x) => x * x)))).toBeCloseTo(0.1, 2);
    expect(mean(ln.slice(1).map((x, i) => x * (ln[i] ?? 0))) / 0.01).toBeCloseTo(0.6, 1);
    const errors = minutes.map(({ errorFactor }) => Math.log(errorFactor) + of.errors ** 2 / 2);
    expect(Math.sqrt(mean(errors.map((x) => x * x)))).toBeCloseTo(0.5, 1);
  });
});

describe('bursts', () => {
  const minutes = conditions({ of: 'arm', bursts: { perHour: 3, minutes: 4, errors: 0.2, latency: 3 } });
  const within = minutes.filter(({ addedErrors }) => addedErrors > 0);

  it('begin as often, and last as long, as declared', () => {
    const began = minutes.filter(
      ({ addedErrors }, i) => addedErrors > 0 && minutes[i - 1]?.addedErrors !== addedErrors,
    );
    expect(within.length / began.length).toBeCloseTo(4, 0);
    expect(began.length / (MINUTES - within.length)).toBeCloseTo(3 / 60, 2);
  });

  it('are between half and one and a half times as severe as declared, errors and latency alike', () => {
    expect(Math.min(...within.map(({ addedErrors }) => addedErrors))).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...within.map(({ addedErrors }) => addedErrors))).toBeLessThanOrEqual(0.3);
    expect(mean(within.map(({ addedErrors }) => addedErrors))).toBeCloseTo(0.2, 1);
    for (const { addedErrors, latencyFactor } of within.slice(0, 50))
      expect(latencyFactor).toBeCloseTo(1 + 10 * addedErrors, 9);
  });
});

describe('calibration windows', () => {
  it.each([
    ['all', undefined, 1],
    ['arm', undefined, 4],
    ['replica', undefined, 4],
    ['candidate', undefined, 4],
    ['arm', false, 1],
  ] as const)('of noise that hits %s (calibrated: %s) have %i noises in four replicas', (of, calibrated, noises) => {
    const noise: Noise = { of, wobble: { latency: 1, correlation: 0 }, ...(calibrated === false && { calibrated }) };
    const latency = { kind: 'lognormal', median: 80, sigma: 0.001 } as const;
    const windows = calibrationOf({ ...PLAIN, name: 'noisy', latency, noise: [noise] }, 1, 0, 5);
    const distinct = windows.map(({ replicas }) =>
      apart(replicas.map(({ latencies_ms: latencies = [] }) => Math.log(latencies[0] ?? NaN))),
    );
    expect(Math.max(...distinct)).toBe(noises);
  });
});

function conditions(noise: Noise) {
  const process = new NoiseProcess(noise, randomOf(1, 'noise', 0));
  return Array.from({ length: MINUTES }, () => process.next());
}

/** How many of the values differ by more than a hundredth. */
function apart(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b).filter((x, i, sorted) => i === 0 || x - (sorted[i - 1] ?? 0) > 0.01).length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
