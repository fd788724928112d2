import type { Calibrating } from './calibration.ts';
import type { Capital } from './capital.ts';
import type { Effect } from './effect.ts';
import type { Histogram } from './histogram.ts';
import type { Memory } from './metrics/memory.ts';
import type { MetricEvidence } from '../domain/verdict.ts';
import type { LimitTrack } from './limit-track.ts';
import type { Totals } from './ab/totals.ts';
import type { Track } from './track.ts';
import type { UserTotals } from './users.ts';
import { EMPTY_HISTOGRAM } from './histogram.ts';
import { NO_CAPITAL } from './capital.ts';
import { NO_MEMORY } from './metrics/memory.ts';
import type { NoiseShares } from '../domain/gate-question.ts';
import { NO_USERS } from './users.ts';

/** What a gate remembers of the batches that it has seen; plain data of a bounded size. */
export interface Evidence {
  /** By name of the metric: of both arms, and of the candidate's alone. */
  readonly tracks: Readonly<Record<string, Track>>;
  readonly limits: Readonly<Record<string, LimitTrack>>;
  readonly latency: { readonly candidate: Histogram; readonly stable: Histogram };
  readonly users: UserTotals;
  /** Against "traffic is split as the route says". */
  readonly split: Capital;
  readonly unpaired: number;
  /** Stable alone, until the first batch with both arms; then what it taught, for metrics that nothing was heard of yet. */
  readonly calibrating: Calibrating | null;
  readonly noise: Readonly<Record<string, NoiseShares>>;
  /** What metrics of other kinds than counts and latencies remember besides. */
  readonly memory: Memory;
  /** Of a test's users. */
  readonly rewards?: Totals;
}

export const NO_EVIDENCE: Evidence = {
  tracks: {},
  limits: {},
  latency: { candidate: EMPTY_HISTOGRAM, stable: EMPTY_HISTOGRAM },
  users: NO_USERS,
  split: NO_CAPITAL,
  unpaired: 0,
  calibrating: null,
  noise: {},
  memory: NO_MEMORY,
};

/** How one metric stands, before anybody decides. */
export interface Standing extends Pick<
  MetricEvidence,
  'metric' | 'required' | 'candidate' | 'stable' | 'unit' | 'margin' | 'detail'
> {
  readonly lnAgainst: number;
  readonly lnFavour: number;
  /** The metric's share of its stage's alpha. */
  readonly share: number;
  readonly proved: boolean;
  /** Whether the metric is held against an absolute limit instead of against stable. */
  readonly absolute: boolean;
  readonly n: Samples;
  /** How many times as much the arms differ from batch to batch as chance alone would make them. */
  readonly dispersion: number;
  /** Where it is no plain difference of shares and no latency. */
  readonly effect?: Effect | null;
}

/** Under which conditions a metric is read. */
export interface Status {
  /** The metric's share of its stage's alpha. */
  readonly alphaShare: number;
  readonly beta: number;
  /** Share of the known number of batches that is over; `null` where the number is not known. */
  readonly time: number | null;
}

/** Requests, or pairs, of each arm. */
export interface Samples {
  readonly candidate: number;
  readonly stable: number;
}
