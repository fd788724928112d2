/**
 * What a gate says. `inconclusive`: not enough evidence. `error`: evidence could not be had. Four, never two: neither of
 * the last two promotes or rolls back by itself.
 */
export type Decision = 'pass' | 'fail' | 'inconclusive' | 'error';

/** How one metric stood when the verdict was given. */
export interface MetricEvidence {
  /** `errors`, `rejected`, `latency.p95`, `disagreement`, `accuracy`, … */
  readonly metric: string;
  /** Whose it is in a test of several arms, where that is not the candidate. */
  readonly version?: string;
  readonly decision: 'pass' | 'fail' | 'undecided';
  /** Whether promotion needs this metric proved. */
  readonly required: boolean;
  /** Evidence against "no worse than stable" and against "worse by the margin", as e-values. */
  readonly against: number;
  readonly inFavour: number;
  /** What was observed, in `unit`, for people; the tests do not use it. */
  readonly candidate: number | null;
  readonly stable: number | null;
  /** The unit of those two: seconds are of each request, bytes of each server, rewards of each user, tokens of each answer, losses and indices have no name. */
  readonly unit: 'share' | 'ms' | 'loss' | 'tokens' | 'seconds' | 'bytes' | 'index' | 'reward';
  /** The margin in force, as the specification states it. */
  readonly margin: number;
  /** Observations of each arm that this metric rests on: requests, labels, pairs, or batches of what servers used. */
  readonly n?: { readonly candidate: number; readonly stable: number };
  /**
   * How much worse the candidate is, with an interval that holds at 1 − alpha however often one looks: a difference of
   * shares, or a ratio of what is no share, minus one; `null` while nothing is known.
   */
  readonly effect?: { readonly estimate: number; readonly low: number; readonly high: number } | null;
  /** What else is to be known of it, in words: in which features answers drifted, how many losses were cut off. */
  readonly detail?: string;
  /** The e-values at which the metric fails and passes. */
  readonly limits?: { readonly against: number; readonly inFavour: number };
  /** How many times as much the arms differ from batch to batch as chance alone would make them, at least 1. */
  readonly dispersion?: number;
  /** What it would still take to prove it, if the candidate goes on as it did: requests of the candidate, and time. */
  readonly needs?: { readonly requests: number; readonly ms: number | null } | null;
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
  /** Chance of a false alarm that this stage may use up, and what the whole rollout may. */
  readonly alpha?: { readonly stage: number; readonly total: number };
  /** Of a validation that passed: the digest of the profile of what is normal (profile.ts). */
  readonly profile?: string;
  /** Metrics on which the candidate failed. */
  readonly culprits?: readonly string[];
  /** Arms of a test that are to be taken out of it, which goes on without them. */
  readonly lost?: readonly string[];
  /** Where the risk-bounded ramp stands, in bad responses; weight in parts per 10,000. */
  readonly ramp?: {
    readonly nextWeight: number;
    readonly spent: number;
    readonly budget: number;
    /** Upper confidence bound on the candidate's excess of bad responses, as a share of its requests. */
    readonly excessBound: number;
  };
}
