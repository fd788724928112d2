/**
 * The lines of `slipway judge --stdio`, as other tools write and read them (docs/judge.md); names are part of the contract.
 *
 * All counts are of one interval. Latencies are milliseconds, margins shares (`_abs`) or ratios (`_ratio`, above 1).
 */
export interface StartLine {
  readonly type: 'start';
  readonly config: JudgeConfig;
}

export interface JudgeConfig {
  /** Chance that a harmless candidate is rolled back, over the whole session. */
  readonly alpha: number;
  /** Chance that a candidate worse than a margin is promoted. */
  readonly beta: number;
  /** The horizon: how many batches come at most. */
  readonly max_batches: number;
  /** No promotion before so many. */
  readonly min_batches: number;
  readonly margins: JudgeMargins;
  /** Read and not used: what is normal for an endpoint says nothing about the candidate. */
  readonly slo?: { readonly success_rate_min?: number; readonly p99_ms_max?: number };
}

/** A metric without a margin is not judged. */
export interface JudgeMargins {
  readonly error_rate_abs?: number;
  readonly p50_ratio?: number;
  readonly p95_ratio?: number;
  readonly p99_ratio?: number;
  readonly accuracy_abs?: number;
  readonly paired_accuracy_abs?: number;
}

/** One window of stable alone, replica by replica, before the first batch. */
export interface CalibrationLine {
  readonly type: 'calibration';
  readonly t: number;
  readonly replicas: readonly ArmLine[];
}

export interface ArmLine {
  readonly n: number;
  readonly errors: number;
  readonly latencies_ms?: readonly number[];
  /** Labels that arrived in this batch. */
  readonly labels?: { readonly n: number; readonly correct: number };
}

export interface BatchLine {
  readonly t: number;
  /** The candidate's share of live traffic, 0 to 1. */
  readonly weight: number;
  readonly stable: ArmLine;
  readonly candidate: ArmLine;
  readonly paired?: {
    readonly n: number;
    readonly stable_only_wrong: number;
    readonly candidate_only_wrong: number;
  };
}

export interface JudgeReply {
  readonly decision: 'promote' | 'continue' | 'rollback';
  readonly summary: string;
  readonly metrics: readonly {
    readonly metric: string;
    readonly decision: 'pass' | 'fail' | 'undecided';
    readonly against: number;
    readonly in_favour: number;
  }[];
}
