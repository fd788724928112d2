import type { Alert } from './alert.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { Measure, MonitorPlan } from './monitor.ts';
import { NO_TROUBLE, type MonitorState } from './monitor-state.ts';
import type { Receiver } from './receivers.ts';

/** What starts a monitor; a person may type it into the Web UI, so only the place is needed. */
export interface MonitorInput {
  readonly target: string;
  readonly endpoint: string;
  readonly by?: string;
  /** Set by continue-as-new only. */
  readonly carried?: CarriedMonitor;
}

/** What the last promotion on an endpoint says about watching it. */
export interface Monitored {
  readonly model: string;
  readonly rolloutId: string;
  /** The version that serves; `null` for none. */
  readonly version: string | null;
  /** `null` where the specification says not to watch. */
  readonly plan: MonitorPlan | null;
  readonly receivers: readonly Receiver[];
  /** The monitor's page in the Web UI. */
  readonly link: string | null;
}

/** Who stopped the clock, when and why. */
export interface Halted {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** The last window, as people are shown it. */
export interface WindowSeen {
  /** ISO 8601, its end. */
  readonly at: string;
  /** Why it was not judged; `null` where it was. */
  readonly unjudged: string | null;
}

/** An alert that one receiver has not got yet. */
export interface Unsent {
  readonly alert: Alert;
  readonly to: Receiver;
  /** ISO 8601: when it was to be told; tells apart what may be told more than once of an incident. */
  readonly at: string;
}

/** A watch's own entries in the ledger: how many there were, and those that are not known to be written. */
export interface CarriedRecord {
  readonly sequence: number;
  readonly pending: readonly LedgerEntry[];
}

/** Everything that a monitor takes along when it continues as new. */
export interface CarriedMonitor {
  /** `null` until it was read from the ledger. */
  readonly monitored: Monitored | null;
  readonly state: MonitorState;
  /** The version that serves, as the last window saw it. */
  readonly version: string | null;
  /** What detectors remember of that version. */
  readonly memory: Readonly<Record<string, unknown>>;
  /** The last gate batch that was looked at; `null` before the first. */
  readonly afterIndex: number | null;
  readonly paused: Halted | null;
  /** Set by hand, instead of the plan's. */
  readonly windowMs: number | null;
  readonly windows: number;
  readonly since: string;
  readonly last: WindowSeen | null;
  /** Alerts that did not get through yet. */
  readonly unsent: readonly Unsent[];
  /** What the last judged window measured; absent of runs of earlier releases, as is the record. */
  readonly measures?: readonly Measure[];
  readonly record?: CarriedRecord;
}

/** The answer to a monitor's query `status`. */
export interface MonitorStatus {
  readonly target: string;
  readonly endpoint: string;
  readonly model: string | null;
  readonly version: string | null;
  readonly windowMs: number | null;
  readonly policy: MonitorPlan['policy'] | null;
  /** ISO 8601: since when it watches, over all runs, and how many windows that were. */
  readonly since: string;
  readonly windows: number;
  readonly last: WindowSeen | null;
  readonly paused: Halted | null;
  readonly incidents: MonitorState['incidents'];
  /** What the last judged window measured of the version; absent from workers of earlier releases. */
  readonly measures?: readonly Measure[];
  readonly unsent: number;
}

/** A monitor before its first window. @param at ISO 8601 */
export function newMonitor(at: string): CarriedMonitor {
  return {
    ...{ monitored: null, state: NO_TROUBLE, version: null, memory: {}, afterIndex: null, paused: null },
    ...{ windowMs: null, windows: 0, since: at, last: null, unsent: [] },
  };
}

/** What people see of a monitor. */
export function monitorStatus({ target, endpoint }: MonitorInput, now: CarriedMonitor): MonitorStatus {
  const { monitored, state, version, since, windows, last, paused, measures = [], unsent } = now;
  const plan = monitored?.plan ?? null;
  return {
    ...{ target, endpoint, version, since, windows, last, paused, incidents: state.incidents, measures },
    unsent: unsent.length,
    model: monitored?.model ?? null,
    windowMs: now.windowMs ?? plan?.windowMs ?? null,
    policy: plan?.policy ?? null,
  };
}
