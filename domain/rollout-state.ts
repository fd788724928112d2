import type { Compensation } from './compensation.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { Fence } from './fence.ts';
import type { Outcome, Phase, Stage } from './outcome.ts';
import type { Lineage, PinnedVersion } from './model-version.ts';
import type { Reason } from './reasons.ts';
import type { RolloutPlan } from './plan.ts';
import type { RolloutSpec } from './rollout-spec.ts';
import type { Route } from './route.ts';
import type { Verdict } from './verdict.ts';
import type { WatchCursor } from './watch.ts';

/** What starts a rollout; a person may type it into the Web UI, so only `spec` is needed. */
export interface RolloutInput {
  readonly spec: RolloutSpec;
  readonly by?: string;
  /** The caller's own id: a repeated start with the same one attaches to the running rollout. */
  readonly requestId?: string;
  /** Set by continue-as-new only. */
  readonly carried?: CarriedState;
}

/** What the soak takes along when the workflow continues as new. */
export interface CarriedState {
  readonly facts: PreflightFacts;
  readonly sequence: number;
  readonly undo: readonly Compensation[];
  readonly paused: boolean;
  readonly soak: SoakState;
  /** Absent from what earlier releases carried. */
  readonly route?: Route | null;
  readonly stages: readonly StageStatus[];
  /** Absent from what earlier releases carried: their steps are those of the plan. */
  readonly steps?: RolloutStatus['steps'];
  readonly lastVerdict: Verdict | null;
  readonly ledgerSequence: number;
  readonly ledgerPending: readonly LedgerEntry[];
}

/** Where a soak stands. */
export interface SoakState {
  readonly windowsDone: number;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** The fence sequence under which the soak began; its evidence counts from there. */
  readonly stageSequence: number;
  readonly cursor: WatchCursor | null;
}

/** The endpoint as the rollout found it: what every compensation converges to. */
export interface EndpointSnapshot {
  readonly fence: Fence;
  readonly route: Route;
  /** The version with all live traffic; `null` on an endpoint that serves nothing yet. */
  readonly stable: PinnedVersion | null;
  /** The registry's champion at that time. */
  readonly champion: string | null;
}

/** What preflight found and decided; everything later builds on it. */
export interface PreflightFacts {
  readonly plan: RolloutPlan;
  readonly rolloutId: string;
  readonly epoch: number;
  readonly candidate: PinnedVersion;
  /** Further versions of the A/B test, as the plan has them; absent where there are none. */
  readonly arms?: readonly PinnedVersion[];
  readonly snapshot: EndpointSnapshot;
  /** The alias this endpoint owns in the registry: `champion`, or `champion-<endpoint>`. */
  readonly alias: string;
  readonly lineage: Lineage;
  /** Where clients send predictions. */
  readonly url: string | null;
}

/** What a rollback found before it began. */
export interface RollbackFacts extends PreflightFacts {
  /** Whether the version to go back to answers already; absent from what earlier releases found. */
  readonly warm?: boolean;
}

export interface StageStatus {
  readonly stage: Stage;
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'skipped' | 'undecided';
  readonly detail: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** The answer to the query `status`: all that the CLI's tree shows. */
export interface RolloutStatus {
  readonly rolloutId: string | null;
  readonly endpoint: string;
  readonly target: string;
  readonly model: string;
  readonly candidate: string | null;
  readonly stable: string | null;
  readonly phase: Phase;
  readonly stages: readonly StageStatus[];
  /** Canary steps with what happened to each, those of a ramp as they come; weights in parts per 10,000. */
  readonly steps: readonly { readonly weight: number; readonly state: StageStatus['state'] }[];
  readonly desiredWeight: number;
  readonly route: Route | null;
  readonly paused: boolean;
  /** The gate that waits for a person, in the form that `approve` takes: `canary`, `canary-10`, `full`. */
  readonly waitingFor: string | null;
  readonly lastVerdict: Verdict | null;
  readonly nextDeadline: string | null;
  /** A version that left and still gets copies of requests, and until when (ISO 8601). */
  readonly diagnosing?: { readonly version: string; readonly until: string } | null;
  readonly outcome: Outcome | null;
  readonly reason: Reason | null;
  readonly detail: string;
}

/** What the workflow returns. */
export interface RolloutResult {
  readonly rolloutId: string | null;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly detail: string;
  readonly candidate: string | null;
  readonly serving: string | null;
  readonly verdict: Verdict | null;
}

/**
 * How traffic goes back: all at once; in steps that are watched; or all at once while the version that leaves goes on getting
 * copies of requests.
 */
export type RollbackStyle = 'immediate' | 'gradual' | 'to-shadow';

/** How long the two slower ones take, in milliseconds, unless something else is asked for. */
export const STYLE_MS: Readonly<Record<RollbackStyle, number>> = {
  immediate: 0,
  gradual: 600_000,
  'to-shadow': 1_800_000,
};

/** What starts the fast way back: no gates, all traffic to a version that served before. */
export interface RollbackInput {
  readonly target: string;
  readonly endpoint: string;
  /** Registry number; the version before the current champion when absent. */
  readonly version?: string;
  /** Set by doctor and janitor: a route or fence that is off is set again, also where the version serves already. */
  readonly repair?: boolean;
  /** `immediate` when absent. */
  readonly style?: RollbackStyle;
  /** How long it takes to step back, or copies go on; by the style when absent. */
  readonly forMs?: number;
  readonly by?: string;
  readonly reason?: string;
}
