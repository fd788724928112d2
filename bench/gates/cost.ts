import { DEFAULT_CONFIG } from './default-config.ts';
import { HORIZON, CALIBRATION_WINDOWS, type Scenario } from './sim/scenario.ts';
import { LABELS, PAIRS, PLAIN } from './scenarios/base.ts';
import { SimulatedRun } from './sim/run.ts';
import { calibrationOf } from './sim/calibration.ts';
import { calibrate, judgeBatch, openSession } from '../../gates/session/session.ts';
import { quantile } from '../benchmark.ts';

export interface Cost {
  /** Median milliseconds that Slipway takes for a batch of 10,000 requests with every kind of metric. */
  readonly msPerBatch: number;
  /** Most bytes of JSON that it had to remember between two batches, besides what it was asked. */
  readonly stateBytes: number;
}

const BUSY: Omit<Scenario, 'name'> = { ...PLAIN, rpm: 10_000, labels: LABELS, pairs: PAIRS };

const SCENARIOS: readonly Scenario[] = [
  { ...BUSY, name: 'busy' },
  { ...BUSY, name: 'busy, heavy tail', latency: { kind: 'pareto', least: 30, tail: 1.5 } },
  {
    ...BUSY,
    name: 'busy, bursts',
    noise: [{ of: 'replica', bursts: { perHour: 6, minutes: 2, errors: 0.1, latency: 2 } }],
  },
];

/** What Slipway's gate costs; every batch of the hour is judged, whatever was decided before. */
export function costOf(seed: number): Cost {
  const times: number[] = [];
  let stateBytes = 0;
  for (const scenario of SCENARIOS) {
    const run = new SimulatedRun(scenario, seed, 0);
    let session = calibrationOf(scenario, seed, 0, CALIBRATION_WINDOWS).reduce(calibrate, openSession(DEFAULT_CONFIG));
    for (let t = 1; t <= HORIZON; t += 1) {
      const batch = run.next();
      const began = performance.now();
      session = judgeBatch(session, batch).session;
      times.push(performance.now() - began);
      stateBytes = Math.max(stateBytes, JSON.stringify({ ...session.gate, question: null }).length);
    }
  }
  return { msPerBatch: quantile(times, 0.5), stateBytes };
}
