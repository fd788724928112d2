import type { Noise } from '../sim/noise.ts';
import type { Scenario } from '../sim/scenario.ts';
import { LABELS, PLAIN } from './base.ts';

const errorBursts = { perHour: 3, minutes: 2, errors: 0.1 };
const latencyBursts = { perHour: 3, minutes: 2, latency: 2 };
const longBursts = { perHour: 1.5, minutes: 3, errors: 0.1, latency: 2 };
const shortBursts = { perHour: 8, minutes: 1, errors: 0.05, latency: 1.5 };

/** Candidates as good as stable, on endpoints where trouble hits one arm or one replica at a time. */
export const ARM_NOISE: readonly Scenario[] = [
  noisy('error bursts of a replica', { of: 'replica', bursts: errorBursts }),
  noisy('latency bursts of a replica', { of: 'replica', bursts: latencyBursts }),
  noisy('long bursts of a replica', { of: 'replica', bursts: longBursts }),
  noisy('short bursts of a replica', { of: 'replica', bursts: shortBursts }),
  noisy('error bursts of an arm', { of: 'arm', bursts: errorBursts }),
  noisy('latency bursts of an arm', { of: 'arm', bursts: latencyBursts }),
  noisy('long bursts of an arm', { of: 'arm', bursts: longBursts }),
  noisy('short bursts of an arm', { of: 'arm', bursts: shortBursts }),
  noisy('bursts of an arm, calibration quiet', {
    of: 'arm',
    calibrated: false,
    bursts: { perHour: 3, minutes: 2, errors: 0.1, latency: 2 },
  }),
  noisy("noisy neighbour of the candidate's pod", {
    of: 'candidate',
    bursts: { perHour: 2, minutes: 2, errors: 0.06, latency: 1.6 },
  }),
  noisy('severe bursts of a replica', { of: 'replica', bursts: { perHour: 1, minutes: 1.5, errors: 0.3, latency: 3 } }),
  noisy('wobble of the arms', { of: 'arm', wobble: { errors: 0.5, latency: 0.06, correlation: 0.5 } }),
  noisy('wobble of the replicas', { of: 'replica', wobble: { errors: 0.8, latency: 0.1, correlation: 0.7 } }),
  noisy('wobble of the arms, calibration quiet', {
    of: 'arm',
    calibrated: false,
    wobble: { errors: 0.5, latency: 0.06, correlation: 0.3 },
  }),
  { ...noisy('error bursts of an arm, low traffic', { of: 'arm', bursts: errorBursts }), rpm: 60 },
  { ...noisy('error bursts of an arm, with labels', { of: 'arm', bursts: errorBursts }), labels: LABELS },
];

function noisy(name: string, noise: Noise): Scenario {
  return { ...PLAIN, name, noise: [noise] };
}
