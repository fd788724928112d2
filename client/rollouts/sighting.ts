import type { AftermathStatus } from '../../domain/aftermath.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { RolloutResult, RolloutStatus } from '../../domain/rollout-state.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Place } from './place.ts';

/** How a workflow closed; `null` while it is open. */
export type Close =
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly result: RolloutResult | null }
  | { readonly kind: 'failed'; readonly type: string | null; readonly message: string }
  /** By force, without going back. */
  | { readonly kind: 'terminated'; readonly message: string };

/** What Temporal itself knows of a rollout, also with no worker up. */
export interface Attributes {
  readonly model: string | null;
  readonly candidate: string | null;
  readonly stage: string | null;
  readonly outcome: string | null;
  /** Parts per 10,000. */
  readonly weight: number | null;
  readonly paused: boolean;
}

/** An activity under way, with why its last try failed. */
export interface PendingActivity {
  readonly type: string;
  readonly attempt: number;
  readonly lastFailure: string | null;
}

/** A look at what runs, or ran last, on an endpoint. */
export interface Sighting extends Place {
  readonly workflowId: string;
  readonly runId: string;
  /** The same over continue-as-new; another one is another rollout. */
  readonly firstRunId: string;
  readonly type: string;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly by: string | null;
  readonly requestId: string | null;
  readonly attributes: Attributes;
  /** `null` when no worker answered. */
  readonly status: RolloutStatus | null;
  /** What the gate under way says now; a full verdict, or only its decision and summary. */
  readonly live: (Pick<Verdict, 'decision' | 'summary'> & Partial<Verdict>) | null;
  readonly pending: readonly PendingActivity[];
  readonly close: Close | null;
  /** Of one that went back: how the version serves since that has its traffic back; `null` where nobody looks. */
  readonly aftermath: AftermathStatus | null;
}

/** The stage it is in, from the best source there is. */
export function phaseOf({ status, attributes }: Sighting): string {
  return status?.phase ?? attributes.stage ?? 'not begun';
}
