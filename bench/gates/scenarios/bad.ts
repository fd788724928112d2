import type { Fault, Scenario } from '../sim/scenario.ts';
import { LABELS, PAIRS, PLAIN, ramp } from './base.ts';

/** The p90 of a plain endpoint in milliseconds. */
const P90 = 152;

/** Candidates worse than a margin of the default configuration, on quiet endpoints. */
export const BAD: readonly Scenario[] = [
  bad('errors +1 pt', { errors: 0.01 }),
  bad('errors +2 pt', { errors: 0.02 }),
  bad('errors +5 pt', { errors: 0.05 }),
  bad('errors 50 %', { errors: 0.5 }),
  bad('dead: 100 % errors', { errors: 1 }),
  { ...bad('errors +3 pt on a degraded base', { errors: 0.03 }), errors: 0.05 },
  bad('latency tail: 5 % take 4 times as long', { tail: { share: 0.05, factor: 4 } }),
  bad('latency p95 +50 %', { stretch: { above: P90, factor: 1.5 } }),
  bad('latency x1.3', { latency: 1.3 }),
  bad('latency x1.5', { latency: 1.5 }),
  bad('latency x3', { latency: 3 }),
  { ...bad('latency x1.5, heavy tail', { latency: 1.5 }), latency: { kind: 'pareto', least: 40, tail: 2.2 } },
  {
    ...bad('latency mixture: slow mode 4 to 12 %', { slowShare: 0.12 }),
    latency: { kind: 'bimodal', fast: 20, slow: 250, slowShare: 0.04, sigma: 0.3 },
  },
  { ...bad('accuracy -5 pt, late labels', { inaccuracy: 0.05 }), labels: LABELS },
  { ...bad('accuracy -10 pt, late labels', { inaccuracy: 0.1 }), labels: LABELS },
  { ...bad('paired shadow: 5 pt more wrong', { inaccuracy: 0.05 }), pairs: PAIRS },
  { ...bad('low traffic, errors +10 pt', { errors: 0.1 }), rpm: 20 },
  { ...bad('low traffic, errors 50 %', { errors: 0.5 }), rpm: 20 },
  { ...bad('errors +2 pt on a weight ramp', { errors: 0.02 }), weight: ramp },
];

export function bad(name: string, fault: Fault): Scenario {
  return { ...PLAIN, name, fault };
}
