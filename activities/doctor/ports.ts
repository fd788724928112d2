import type { Pool } from 'pg';
import type { Outcome } from '../../domain/outcome.ts';
import type { RollbackInput } from '../../domain/rollout-state.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import type { ServingTarget } from '../targets/target.ts';

/** An endpoint on a target. */
export interface Place {
  readonly target: string;
  readonly endpoint: string;
}

/** The last run under an endpoint's workflow id, as Temporal knows it without any worker. */
export interface RunState {
  readonly runId: string;
  /** The same over continue-as-new; what an epoch is allocated for. */
  readonly firstRunId: string;
  readonly type: string;
  /** As Temporal names it: `RUNNING`, `COMPLETED`, `TERMINATED`, … */
  readonly status: string;
  /** The search attributes `SlipwayStage` and `SlipwayOutcome`. */
  readonly stage: string | null;
  readonly outcome: Outcome | null;
  /** Tries of the workflow task under way; many of them mean a fault in the workflow's own code. */
  readonly taskAttempts: number;
  /** ISO 8601. */
  readonly closedAt: string | null;
}

/** Temporal, as far as doctor and janitor need it. Every call throws when it does not answer. */
export interface WorkflowsPort {
  latest(place: Place): Promise<RunState | null>;
  /** Endpoints with an open run, and those whose run was ended by force, as far as Temporal remembers. */
  places(): Promise<readonly Place[]>;
  /** Whether anybody polls the workflows' task queue. */
  hasWorker(): Promise<boolean>;
  /** Starts `rollback` under the endpoint's id; false when something runs there already. */
  startRollback(input: RollbackInput): Promise<boolean>;
  abort(place: Place, runId: string, message: { readonly by: string; readonly reason: string }): Promise<void>;
}

/** What doctor and janitor look at. Any part may be down; what is `null` is not set up at all. */
export interface DoctorPorts {
  readonly pool: Pool | null;
  readonly mlflow: MlflowClient | null;
  readonly workflows: WorkflowsPort | null;
  readonly target: (name: string) => Promise<ServingTarget>;
  readonly targetNames: () => Promise<readonly string[]>;
  /** `SLIPWAY_HOME`, where rollbacks without a workflow left their notes. */
  readonly home: string;
}
