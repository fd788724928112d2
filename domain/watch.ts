import type { Verdict } from './verdict.ts';

/** Until when a gate is watched. */
export type WatchMode =
  /** Until it passes, fails, or its time limit is reached. */
  | 'decide'
  /** Only until it fails: while a person is waited for, a passing gate changes nothing. */
  | 'guard'
  /** For a fixed time, ending early when it fails. */
  | 'window';

/** Where a watch left off; what the next window of a soak goes on from. `state` is the gate's own, at most 4 KB. */
export interface WatchCursor {
  readonly state: unknown;
  readonly afterIndex: number;
}

/** A time in which the evidence store did not answer, long enough for people to be told. */
export interface Outage {
  /** ISO 8601: when it last answered, and when it did again; `null` while it has not. */
  readonly from: string;
  readonly to: string | null;
  readonly detail: string;
}

export interface WatchResult {
  readonly verdict: Verdict;
  readonly cursor: WatchCursor;
  /** Absent from results of earlier releases. */
  readonly outages?: readonly Outage[];
}

/** What a watch tells while it goes on: its gate's verdict, and what another worker needs to know that takes it over. */
export interface WatchReport extends Verdict {
  readonly watch: {
    readonly afterIndex: number;
    /** ISO 8601: when the evidence store last answered. */
    readonly lastSeen: string;
    readonly outages: readonly Outage[];
  };
}
