import type { Phase } from './outcome.ts';
import type { Reason } from './reasons.ts';

/** Who caused a transition; a signal's sender is only asserted, `system` is Slipway itself. */
export interface Actor {
  readonly name: string;
  readonly proof: 'asserted' | 'token' | 'system';
}

export const SYSTEM: Actor = { name: 'slipway', proof: 'system' };

/** The step of entries by the watch over an endpoint, which stand between those of rollouts and belong to none. */
export const WATCH_STEP = 'monitor';

/** One transition as the workflow reports it; the store adds the endpoint's sequence, recorded time and hashes. */
export interface LedgerEntry {
  /** Repeating a key writes nothing. */
  readonly key: string;
  readonly target: string;
  readonly endpoint: string;
  readonly rolloutId: string;
  /** Position within the rollout; gap-free from 1. */
  readonly rolloutSequence: number;
  /** ISO 8601: when it took effect, not when it was written. */
  readonly effectiveAt: string;
  readonly actor: Actor;
  readonly stage: Phase;
  /** `canary-10`, or `null` outside steps. */
  readonly step: string | null;
  readonly reason: Reason;
  readonly detail: Readonly<Record<string, unknown>>;
  /** The verdict that led here. */
  readonly evidence: unknown;
}
