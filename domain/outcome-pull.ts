import { formatDuration, parseDuration, type Duration } from './duration.ts';
import type { Unsent } from './monitor-run.ts';
import type { Receiver } from './receivers.ts';

/** Outcomes that wait in a database of somebody else's, as a person writes it. */
export interface OutcomesSpec {
  sql: {
    /** Variable of the worker's environment that holds the connection string, `postgresql://…`. */
    connectionEnv: string;
    /**
     * Gives `id` and `at`, and of `label`, `row` and the columns of `rewards` those that there are; `$1` is the moment behind
     * which it is to look.
     */
    query: string;
    /** Columns that hold rewards, called as in `ab.metrics`. */
    rewards?: string[];
    every?: Duration;
    /** Every pull looks so far behind the latest truth that it knows, for what was written late. */
    overlap?: Duration;
    timeout?: Duration;
  };
}

/** The same with nothing left open. */
export interface PullPlan {
  readonly connectionEnv: string;
  readonly query: string;
  readonly rewards: readonly string[];
  readonly everyMs: number;
  readonly overlapMs: number;
  readonly timeoutMs: number;
}

/** Fills in every default of a valid specification's `outcomes`. */
export function planPull({ sql }: OutcomesSpec): PullPlan {
  return {
    connectionEnv: sql.connectionEnv,
    query: sql.query,
    rewards: sql.rewards ?? [],
    everyMs: parseDuration(sql.every ?? '5m'),
    overlapMs: parseDuration(sql.overlap ?? '10m'),
    timeoutMs: parseDuration(sql.timeout ?? '1m'),
  };
}

/** What is pulled and how often, for people. */
export function describePull({ connectionEnv, rewards, everyMs }: PullPlan): string {
  const brought = rewards.length === 0 ? '' : `, with ${rewards.join(', ')}`;
  return `by SQL from ${connectionEnv} every ${formatDuration(everyMs)}${brought}`;
}

/** What starts the workflow that pulls an endpoint's outcomes, and what changes it while it runs. */
export interface PullInput {
  readonly target: string;
  readonly endpoint: string;
  readonly model: string;
  /** `null` once no specification asks for any. */
  readonly plan: PullPlan | null;
  readonly receivers: readonly Receiver[];
  /** Set by continue-as-new only. */
  readonly carried?: CarriedPulls;
}

/** What a pull brought. */
export interface Pulled {
  /** Rows that the query gave. */
  readonly rows: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly revised: number;
  readonly unknown: number;
  /** Rewards that were new. */
  readonly rewards: number;
  /** Rows that could not be taken, and why the first of them could not. */
  readonly rejected: number;
  readonly rejection: string | null;
  /** Whether there is more to read at once. */
  readonly more: boolean;
}

/** Pulls that failed one after the other. */
export interface FailedPulls {
  readonly count: number;
  /** ISO 8601: the first of them. */
  readonly since: string;
  /** Of the last one. */
  readonly error: string;
}

/** Everything that the workflow takes along when it continues as new. */
export interface CarriedPulls {
  readonly pulls: number;
  readonly last: { readonly at: string; readonly pulled: Pulled } | null;
  /** `null` after a pull that was successful. */
  readonly failed: FailedPulls | null;
  /** Alerts that did not get through yet. */
  readonly unsent: readonly Unsent[];
}

/** The answer to the query `status`. */
export interface PullStatus extends Omit<CarriedPulls, 'unsent'> {
  readonly target: string;
  readonly endpoint: string;
  /** `null` where nothing is pulled any more. */
  readonly everyMs: number | null;
  readonly unsent: number;
}

/** One workflow an endpoint pulls its outcomes, beside rollouts and the monitor. */
export function outcomesWorkflowId(target: string, endpoint: string): string {
  return `outcomes.${target}.${endpoint}`;
}
