import { FULL_WEIGHT } from '../domain/route.ts';
import { clamp } from './numeric.ts';

/** Most excess that an intermediate step may leave unproved, as a share of the candidate's requests. */
const SHARE_CAP = 0.5;
/** Most that an intermediate step may leave unproved in latency: three times stable's. */
const RATIO_CAP = 2;

/**
 * The excess that has to be ruled out before the candidate's weight goes to `nextWeight`, so that the endpoint as a whole
 * stays within `margin`: a twentieth of the traffic may be twenty times as wrong (docs/adr/0002).
 */
export function shareMargin(margin: number, nextWeight: number): number {
  return exposed(margin, nextWeight, SHARE_CAP);
}

/** The same for latency margins, which are ratios minus one. */
export function ratioMargin(margin: number, nextWeight: number): number {
  return exposed(margin, nextWeight, RATIO_CAP);
}

function exposed(margin: number, nextWeight: number, cap: number): number {
  const share = clamp(nextWeight, 1, FULL_WEIGHT) / FULL_WEIGHT;
  return Math.max(margin, Math.min(margin / share, cap));
}

/** Least tolerance on latency: below it two servers of one model differ too. */
const LEAST_TOLERANCE = 0.04;

const TOLERATED = 0.4;

/**
 * The slowdown that nobody goes back for: two fifths of the margin.
 *
 * The margin says what is bearable, and a server with little traffic has colder caches; what lies between tolerance and
 * margin may go either way, what lies beyond goes back.
 */
export function latencyTolerance(margin: number): number {
  return Math.max(TOLERATED * margin, LEAST_TOLERANCE);
}
