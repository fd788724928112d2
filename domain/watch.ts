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

export interface WatchResult {
  readonly verdict: Verdict;
  readonly cursor: WatchCursor;
}
