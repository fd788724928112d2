import type { Evidence, Standing, Status } from './evidence.ts';
import type { ComparedQuantile } from './latency.ts';
import type { LatencySketch } from '../domain/gate-batch.ts';
import type { PlannedMetric } from '../domain/plan.ts';
import type { Course, Track } from './track.ts';
import { CANDIDATE_BUCKETS, STABLE_BUCKETS } from './buckets.ts';
import { NO_TRACK, track } from './track.ts';
import { addSketch, indexToMs, quantileIndex, ratioToBuckets } from './histogram.ts';
import { evenStakes } from './capital.ts';
import { exceedances } from './latency.ts';
import { ln } from './numeric.ts';
import { oddsBet } from './odds-bet.ts';
import { oddsProof } from './proof.ts';
import { standing } from './standing.ts';
import { tableLikelihood } from './table-likelihood.ts';

const BETTER = [1.2, 1.8, 3, 8, 40].map((factor) => -ln(factor));
const STAKES = evenStakes(BETTER.length, 0.9);
/** A slowdown that nobody goes back for, however fast the model is: proxies and schedulers differ by as much. */
const HARMLESS_MS = 1;

export interface Sketches {
  readonly candidate: LatencySketch;
  readonly stable: LatencySketch;
}

export interface LatencyObservation {
  readonly sketches: Sketches;
  /** The slowdown that nobody goes back for, and the one to rule out: ratios minus one. */
  readonly tolerance: number;
  readonly margin: number;
  readonly users: number;
}

/**
 * What is known of one latency quantile after one more pair of sketches: against the candidate when more of its requests
 * are slow although its threshold is raised by the tolerance, for it when fewer are once it is raised by the margin.
 */
export function observeLatency(
  before: Track = NO_TRACK,
  earlier: Evidence['latency'],
  quantile: ComparedQuantile,
  { sketches, tolerance, margin, users }: LatencyObservation,
  course: Course,
): Track {
  const tolerated = { raisedBy: ratioToBuckets(tolerance), atLeastMs: HARMLESS_MS, from: 'above' } as const;
  const borne = { raisedBy: ratioToBuckets(margin), atLeastMs: 0, from: 'below' } as const;
  const table = exceedances(earlier.stable, quantile, sketches, tolerated);
  const fewer = exceedances(earlier.stable, quantile, sketches, borne);
  const observation = {
    table,
    likelihood: tableLikelihood(table),
    lnFavour: oddsBet(fewer, 0, BETTER),
    stakes: STAKES,
    proof: oddsProof(fewer),
    users,
  };
  return track(before, observation, course);
}

/** The histograms after one more pair of sketches. */
export function rememberLatency({ candidate, stable }: Evidence['latency'], sketches: Sketches): Evidence['latency'] {
  return {
    candidate: addSketch(candidate, sketches.candidate, CANDIDATE_BUCKETS),
    stable: addSketch(stable, sketches.stable, STABLE_BUCKETS),
  };
}

export function latencyStanding(
  { metric, quantile }: ComparedQuantile,
  known: Track = NO_TRACK,
  latency: Evidence['latency'],
  { planned, ...status }: { readonly planned: PlannedMetric } & Status,
): Standing {
  const candidate = quantileIndex(latency.candidate, quantile);
  const stable = quantileIndex(latency.stable, quantile);
  return {
    ...standing(metric, known, STAKES, planned, status),
    candidate: candidate === null ? null : indexToMs(candidate),
    stable: stable === null ? null : indexToMs(stable),
    unit: 'ms',
  };
}
