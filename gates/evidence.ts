import type { Capital } from './capital.ts';
import type { Histogram } from './histogram.ts';
import type { MetricEvidence } from '../domain/verdict.ts';
import type { Track } from './track.ts';
import type { UserTotals } from './users.ts';
import { EMPTY_HISTOGRAM } from './histogram.ts';
import { NO_CAPITAL } from './capital.ts';
import { NO_USERS } from './users.ts';

/** What a gate remembers of the batches that it has seen; plain data of a bounded size. */
export interface Evidence {
  /** By name of the metric. */
  readonly tracks: Readonly<Record<string, Track>>;
  readonly latency: { readonly candidate: Histogram; readonly stable: Histogram };
  readonly users: UserTotals;
  /** Against "traffic is split as the route says". */
  readonly split: Capital;
  readonly unpaired: number;
}

export const NO_EVIDENCE: Evidence = {
  tracks: {},
  latency: { candidate: EMPTY_HISTOGRAM, stable: EMPTY_HISTOGRAM },
  users: NO_USERS,
  split: NO_CAPITAL,
  unpaired: 0,
};

/** Most buckets of the remembered histograms: stable's places thresholds, the candidate's is only shown. */
export const STABLE_BUCKETS = 64;
export const CANDIDATE_BUCKETS = 32;

/** How one metric stands, before anybody decides. */
export interface Standing extends Pick<
  MetricEvidence,
  'metric' | 'required' | 'candidate' | 'stable' | 'unit' | 'margin'
> {
  readonly lnAgainst: number;
  readonly lnFavour: number;
  /** The metric's share of its stage's alpha. */
  readonly share: number;
  readonly proved: boolean;
  /** Whether the metric is held against an absolute limit instead of against stable. */
  readonly absolute: boolean;
}

/** Requests, or pairs, of each arm. */
export interface Samples {
  readonly candidate: number;
  readonly stable: number;
}
