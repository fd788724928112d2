import { ActivityFailure, TimeoutFailure, isCancellation } from '@temporalio/workflow';
import type { Outcome } from '../domain/outcome.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Controls, StopRequest } from './controls.ts';
import { Halt } from './halt.ts';

/** How a rollout ends, and whether the workflow closes as cancelled rather than with a result. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string;
  readonly verdict: Verdict | null;
  readonly cancelled?: Error;
  /** What serves at the end, where that is neither the candidate of a promotion nor the snapshot's stable. */
  readonly serving?: string;
}

/** The ending that a person, or a newer rollout, asked for. */
export function stoppedBy({ reason, actor, detail }: StopRequest): Ending {
  return { outcome: 'aborted', reason, detail: `${detail || 'no reason given'} (by ${actor.name})`, verdict: null };
}

/** Reads an ending off what interrupted the way forward; `null` for a bug or continue-as-new, which are no end at all. */
export function endingOf(error: unknown, controls: Controls): Ending | null {
  if (controls.stop) return stoppedBy(controls.stop);
  if (error instanceof Halt) {
    return { outcome: error.outcome, reason: error.reason, detail: error.message, verdict: error.verdict };
  }
  if (error instanceof Error && isCancellation(error)) {
    return {
      outcome: 'aborted',
      reason: 'Cancelled',
      detail: 'the workflow was cancelled',
      verdict: null,
      cancelled: error,
    };
  }
  if (!(error instanceof ActivityFailure)) return null;
  const detail = `${error.activityType}: ${error.cause?.message ?? error.message}`;
  // Nobody could watch: that says nothing about the candidate, so it is held, not condemned.
  const blind = error.activityType === 'watchGate' && error.cause instanceof TimeoutFailure;
  return blind
    ? { outcome: 'held', reason: 'EvidenceUnreachable', detail, verdict: null }
    : { outcome: 'rolled_back', reason: 'ActivityFailed', detail, verdict: null };
}
