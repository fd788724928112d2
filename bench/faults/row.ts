/** One line of a fault campaign: what was broken, how, on which path, and what came of it. */
export interface CampaignRow {
  /** `worker`, `Temporal server`, `PostgreSQL`, …; for single activities the part they call. */
  readonly component: string;
  /** `kill -9`, `stop`, `restart`, `connection refused`, `slow`, `garbage`. */
  readonly fault: string;
  /** `forward`, `failing gate`, `abort`, `soak`, …: what the rollout was doing. */
  readonly path: string;
  /** `before the call`, `after the effect`, `after the record`; absent where the time was random. */
  readonly boundary?: string;
  /** Faults that were injected. */
  readonly runs: number;
  /** Invariants found broken; the goal is 0. */
  readonly violations: number;
  /** Client requests that failed; the goal is 0 except where `mustFail`. */
  readonly failedRequests: number;
  /** The fault itself takes away the only part that could answer: failed requests are reported, not judged. */
  readonly mustFail: boolean;
  /** From the end of the fault to the next progress of the rollout, in milliseconds, one for each run that had one. */
  readonly recoveryMs: readonly number[];
  /** What was seen of each violation, or why the row is unusual. */
  readonly notes?: readonly string[];
}

/** A cell of the campaign that was not run, and why: nothing is dropped silently. */
export interface NotRun {
  readonly what: string;
  readonly why: string;
}
