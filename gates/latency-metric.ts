import type { Evidence, Standing } from './evidence.ts';
import type { LatencyQuantile } from './latency.ts';
import type { LatencySketch } from '../domain/gate-batch.ts';
import type { PlannedMetric } from '../domain/plan.ts';
import type { Track } from './track.ts';
import { CANDIDATE_BUCKETS, STABLE_BUCKETS } from './evidence.ts';
import { FAVOUR_FIRST, NO_TRACK, WORSE, track, worthOf } from './track.ts';
import { addSketch, indexToMs, quantileIndex, ratioToBuckets } from './histogram.ts';
import { evenStakes } from './capital.ts';
import { exceedances } from './latency.ts';
import { ln } from './numeric.ts';
import { oddsBet } from './odds-bet.ts';

const BETTER = [1.2, 1.8, 3, 8, 40].map((factor) => -ln(factor));
const STAKES = evenStakes(BETTER.length, FAVOUR_FIRST);
/** Overdispersion that is assumed until it is measured: servers differ in speed for reasons that are not the model. */
const PRIOR_SPREAD = 2;
/** A slowdown that nobody goes back for, however fast the model is: proxies and schedulers differ by as much. */
const HARMLESS_MS = 1;

/**
 * Most that one batch may add to the logarithm of the evidence, before it is tempered: a server that is slow for a moment is
 * no slow model. A slow model goes back after four batches instead of two.
 */
const MOST_PER_BATCH = 4;

export interface Sketches {
  readonly candidate: LatencySketch;
  readonly stable: LatencySketch;
}

/**
 * What is known of one latency quantile after one more pair of sketches: against the candidate when more of its requests
 * are slow although its threshold is raised by the tolerance, for it when fewer are once it is raised by the margin.
 */
export function observeLatency(
  before: Track = NO_TRACK,
  earlier: Evidence['latency'],
  quantile: LatencyQuantile,
  { sketches, tolerance, margin, users }: LatencyObservation,
): Track {
  const tolerated = { raisedBy: ratioToBuckets(tolerance), atLeastMs: HARMLESS_MS, from: 'above' } as const;
  const borne = { raisedBy: ratioToBuckets(margin), atLeastMs: 0, from: 'below' } as const;
  const table = exceedances(earlier.stable, quantile, sketches, tolerated);
  const observation = {
    table,
    lnAgainst: oddsBet(table, 0, WORSE).map((x) => Math.min(x, MOST_PER_BATCH)),
    lnFavour: oddsBet(exceedances(earlier.stable, quantile, sketches, borne), 0, BETTER),
    users,
    prior: PRIOR_SPREAD,
  };
  return track(before, observation, STAKES);
}

interface LatencyObservation {
  readonly sketches: Sketches;
  readonly tolerance: number;
  /** The ratio to prove, minus one. */
  readonly margin: number;
  readonly users: number;
}

/** The histograms after one more pair of sketches. */
export function rememberLatency({ candidate, stable }: Evidence['latency'], sketches: Sketches): Evidence['latency'] {
  return {
    candidate: addSketch(candidate, sketches.candidate, CANDIDATE_BUCKETS),
    stable: addSketch(stable, sketches.stable, STABLE_BUCKETS),
  };
}

export function latencyStanding(
  { metric, quantile }: LatencyQuantile,
  known: Track = NO_TRACK,
  latency: Evidence['latency'],
  { planned, alphaShare, beta }: { planned: PlannedMetric; alphaShare: number; beta: number },
): Standing {
  const { lnAgainst, lnFavour } = worthOf(known, STAKES);
  const candidate = quantileIndex(latency.candidate, quantile);
  const stable = quantileIndex(latency.stable, quantile);
  return {
    metric,
    required: planned.required,
    margin: planned.margin,
    lnAgainst,
    lnFavour,
    share: alphaShare,
    proved: lnFavour >= -ln(beta),
    absolute: false,
    candidate: candidate === null ? null : indexToMs(candidate),
    stable: stable === null ? null : indexToMs(stable),
    unit: 'ms',
  };
}
