import type { Scenario } from '../sim/scenario.ts';
import { bad } from './bad.ts';

const errorBursts = { perHour: 3, minutes: 2, errors: 0.1 };
const latencyBursts = { perHour: 3, minutes: 2, latency: 2 };

/** Candidates that turn bad, grow bad or are bad at times. */
export const BAD_LATER: readonly Scenario[] = [
  bad('errors +5 pt from minute 10', { errors: 0.05, onset: 10 }),
  bad('errors +5 pt from minute 20', { errors: 0.05, onset: 20 }),
  bad('errors +5 pt from minute 25', { errors: 0.05, onset: 25 }),
  bad('latency x1.5 from minute 10', { latency: 1.5, onset: 10 }),
  bad('latency x1.5 from minute 20', { latency: 1.5, onset: 20 }),
  bad('latency x1.5 from minute 25', { latency: 1.5, onset: 25 }),
  // Both leaks reach a margin after ten minutes.
  bad('leak: errors +0.1 pt a minute', { errors: 0.06, onset: 10, strength: (t) => t / 60 }),
  bad('leak: latency +1.5 % a minute', { latency: 1.9, onset: 10, strength: (t) => t / 60 }),
  bad('errors +6 pt every third minute', { errors: 0.06, strength: everyThird }),
  bad('latency x2 every third minute', { latency: 2, strength: everyThird }),
];

/** Candidates that are bad amid noise. */
export const BAD_IN_NOISE: readonly Scenario[] = [
  {
    ...bad('errors +5 pt under shared outages', { errors: 0.05 }),
    noise: [{ of: 'all', bursts: { perHour: 3, minutes: 4, errors: 0.4, latency: 3 } }],
  },
  { ...bad('errors +5 pt under bursts of an arm', { errors: 0.05 }), noise: [{ of: 'arm', bursts: errorBursts }] },
  { ...bad('errors 50 % under bursts of an arm', { errors: 0.5 }), noise: [{ of: 'arm', bursts: errorBursts }] },
  {
    ...bad('latency x1.5 under bursts of a replica', { latency: 1.5 }),
    noise: [{ of: 'replica', bursts: latencyBursts }],
  },
  {
    ...bad('latency x1.5 under wobble of the arms', { latency: 1.5 }),
    noise: [{ of: 'arm', wobble: { errors: 0.5, latency: 0.06, correlation: 0.5 } }],
  },
  {
    ...bad('errors +5 pt under wobble of the replicas', { errors: 0.05 }),
    noise: [{ of: 'replica', wobble: { errors: 0.8, latency: 0.1, correlation: 0.7 } }],
  },
];

function everyThird(t: number): number {
  return t % 3 === 0 ? 1 : 0;
}
