import type { Receiver } from './receivers.ts';
import type { RetrainPlan } from './retrain.ts';
import type { RolloutSpec } from './rollout-spec.ts';

/** What starts a retraining; a person may type it into the Web UI, so only the place is needed. */
export interface RetrainInput {
  readonly target: string;
  readonly endpoint: string;
  /** That of the endpoint's last rollout when absent. */
  readonly spec?: RolloutSpec;
  readonly by?: string;
  readonly reason?: string;
}

/** What is known before the job begins. */
export interface RetrainFacts {
  readonly spec: RolloutSpec;
  readonly plan: RetrainPlan;
  /** Who is told what becomes of it. */
  readonly receivers: readonly Receiver[];
  /** The model's newest version, 0 where it has none. */
  readonly newest: number;
  /** The retraining's page in Temporal's Web UI, where that is known. */
  readonly link: string | null;
}

export type RetrainPhase = 'preparing' | 'training' | 'registering' | 'waiting' | 'starting' | 'cooldown' | 'done';

/** `started`: the new version is being rolled out; `skipped`: it stays in the registry, the endpoint was not free. */
export type RetrainOutcome = 'started' | 'skipped' | 'failed';

/** A rollout that a retraining has started. */
export interface StartedRollout {
  readonly workflowId: string;
  readonly runId: string;
}

/** The answer to the query `status`. */
export interface RetrainStatus {
  readonly retrainId: string;
  readonly target: string;
  readonly endpoint: string;
  readonly model: string | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly phase: RetrainPhase;
  /** Set once it is known, before the cool-down. */
  readonly outcome: RetrainOutcome | null;
  /** The version that the job registered. */
  readonly version: string | null;
  readonly rollout: StartedRollout | null;
  readonly detail: string;
  /** File on the worker with all that the job wrote. */
  readonly log: string | null;
  /** ISO 8601. */
  readonly cooldownUntil: string | null;
}

/** What the workflow returns. */
export type RetrainResult = Pick<RetrainStatus, 'retrainId' | 'outcome' | 'version' | 'rollout' | 'detail' | 'log'>;
