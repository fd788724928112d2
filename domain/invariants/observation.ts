import type { Fence } from '../fence.ts';
import type { Outcome } from '../outcome.ts';
import type { Route } from '../route.ts';
import type { ChainedEntry } from './history.ts';

/** A route as it was read, with the mark that whoever set it left on it. */
export interface SeenRoute {
  readonly fence: Fence;
  readonly route: Route;
  readonly label?: string;
}

/** An endpoint's ledger, whole or its end, oldest row first. */
export interface SeenLedger {
  readonly rows: readonly ChainedEntry[];
  /** Whether rows before the first one were left out. */
  readonly isExcerpt: boolean;
  /** The first row that is not as it was written, found by hashing; `null` when all are. */
  readonly broken: { readonly seq: number; readonly detail: string } | null;
}

/** One endpoint as it was found in the five places that must agree; `null` where a place could not be read. */
export interface EndpointObservation {
  readonly target: string;
  readonly endpoint: string;
  /** What runs under the endpoint's workflow id; its rollout id is `null` before preflight. */
  readonly running: { readonly type: string; readonly rolloutId: string | null } | null;
  /** How the last run under the id ended, as Temporal names it (`COMPLETED`, `TERMINATED`, …); `null` with none. */
  readonly closed: { readonly status: string; readonly outcome: Outcome | null } | null;
  readonly desired: SeenRoute | null;
  readonly programmed: SeenRoute | null;
  /** Requests that each version was sent between two readings of the counters. */
  readonly measured: Readonly<Record<string, number>> | null;
  /** The endpoint's alias in the registry, and the number that it points at. */
  readonly alias: { readonly name: string; readonly version: string | null } | null;
  readonly ledger: SeenLedger | null;
}

/** How a finding is mended: by the workflow `rollback`, by bringing alias and ledger in line, by ending a run, or by a person. */
export type Repair = 'rollback' | 'reconcile' | 'abort' | 'none';

/** A place where an endpoint is off its invariants, in words that a person can act on. */
export interface Finding {
  /** The promise that is broken (docs/operations.md); `null` for what keeps a promise from being checked or kept. */
  readonly invariant: 1 | 2 | 3 | 5 | null;
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly repair: Repair;
  /** The version key that all traffic belongs on, where the repair is `rollback`. */
  readonly belongs?: string;
}
