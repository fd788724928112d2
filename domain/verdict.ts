/**
 * What a gate says. `inconclusive`: not enough evidence. `error`: evidence could not be had. Four, never two: neither of
 * the last two promotes or rolls back by itself.
 */
export type Decision = 'pass' | 'fail' | 'inconclusive' | 'error';

/** How one metric stood when the verdict was given. */
export interface MetricEvidence {
  /** `errors`, `rejected`, `latency.p95`, `disagreement`, `accuracy`, … */
  readonly metric: string;
  readonly decision: 'pass' | 'fail' | 'undecided';
  /** Whether promotion needs this metric proved. */
  readonly required: boolean;
  /** Evidence against "no worse than stable" and against "worse by the margin", as e-values. */
  readonly against: number;
  readonly inFavour: number;
  /** What was observed, as a share or in milliseconds, for people; the tests do not use it. */
  readonly candidate: number | null;
  readonly stable: number | null;
  /** The unit of those two. */
  readonly unit: 'share' | 'ms';
  /** The margin in force, as the specification states it. */
  readonly margin: number;
}

/** A gate's answer and everything needed to compute it again. */
export interface Verdict {
  readonly decision: Decision;
  /** A code of reasons.ts. */
  readonly reason: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly metrics: readonly MetricEvidence[];
  /** Requests (or pairs) of each arm that were looked at. */
  readonly samples: { readonly candidate: number; readonly stable: number };
  /** Sealed batches looked at, and one hash over their ordered hashes. */
  readonly batches: { readonly count: number; readonly first: number; readonly last: number; readonly hash: string };
  /** Name and version of the algorithm. */
  readonly algorithm: string;
}
