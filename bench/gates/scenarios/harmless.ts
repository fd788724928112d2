import type { Scenario } from '../sim/scenario.ts';
import { LABELS, PAIRS, PLAIN, ramp } from './base.ts';

/** Candidates as good as stable, on endpoints whose noise both arms share. */
export const HARMLESS: readonly Scenario[] = [
  { ...PLAIN, name: 'plain' },
  { ...PLAIN, name: 'clean: no errors at all', errors: 0 },
  { ...PLAIN, name: 'degraded base: 5 % errors in both', errors: 0.05 },
  { ...PLAIN, name: 'low traffic: 20 a minute', rpm: 20 },
  {
    ...PLAIN,
    name: 'outages shared by both arms',
    noise: [{ of: 'all', bursts: { perHour: 3, minutes: 4, errors: 0.4, latency: 3 } }],
  },
  { ...PLAIN, name: 'heavy tail: Pareto 2.2', latency: { kind: 'pareto', least: 40, tail: 2.2 } },
  { ...PLAIN, name: 'heavy tail: Pareto 1.5', latency: { kind: 'pareto', least: 30, tail: 1.5 } },
  {
    ...PLAIN,
    name: 'bimodal latency',
    latency: { kind: 'bimodal', fast: 20, slow: 250, slowShare: 0.2, sigma: 0.3 },
  },
  {
    ...PLAIN,
    name: 'bimodal latency, p95 between the modes',
    latency: { kind: 'bimodal', fast: 20, slow: 250, slowShare: 0.05, sigma: 0.3 },
  },
  {
    ...PLAIN,
    name: 'diurnal load and latency',
    common: (t) => ({ load: 1 + 0.6 * Math.sin((2 * Math.PI * t) / 80), latency: 1 + 0.8 * Math.sin(t / 20) ** 2 }),
  },
  { ...PLAIN, name: 'latency step of both arms', common: (t) => ({ latency: t > 20 ? 2 : 1 }) },
  { ...PLAIN, name: 'labels, partial and late', labels: LABELS },
  { ...PLAIN, name: 'paired shadow', pairs: PAIRS },
  { ...PLAIN, name: 'weight ramp 5 to 50 %', weight: ramp },
  {
    ...PLAIN,
    name: 'drift of both arms',
    labels: LABELS,
    common: (t) => ({ errors: 0.0005 * t, inaccuracy: 0.003 * t, latency: 1 + 0.01 * t }),
  },
  {
    ...PLAIN,
    name: 'latencies in whole milliseconds',
    latency: { kind: 'lognormal', median: 8, sigma: 0.5 },
    resolutionMs: 1,
  },
];
