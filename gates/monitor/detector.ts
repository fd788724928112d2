import type { GateBatch } from '../../domain/gate-batch.ts';
import type { Finding, Measure, MonitorPlan } from '../../domain/monitor.ts';
import type { NamedProfile } from '../../domain/profile.ts';

/** What was sealed in one window of an endpoint that one version served. */
export interface MonitoredWindow {
  readonly version: string;
  /** In order; empty where nothing was sealed. */
  readonly batches: readonly GateBatch[];
  /** ISO 8601, the end of the window. */
  readonly to: string;
  readonly plan: MonitorPlan;
  /** What is normal of the version's inputs and answers; absent where its validation gave no profile. */
  readonly profile?: NamedProfile;
}

/** What a detector remembers, which is small plain data, and what it finds in a window. */
export interface Detected<State> {
  readonly state: State;
  readonly findings: readonly Finding[];
  /** For people, of detectors that look at many things which nobody else counts. */
  readonly measures?: readonly Measure[];
}

/** Looks for one kind of trouble; `undefined` is what it remembers before the first window of a version. */
export type Detector<State> = (before: State | undefined, window: MonitoredWindow) => Detected<State>;

/** How long the batches of a window are in milliseconds, on average; ten seconds where there are none. */
export function batchMsOf(batches: readonly GateBatch[]): number {
  const total = batches.reduce((sum, { opened, sealed }) => sum + Date.parse(sealed) - Date.parse(opened), 0);
  return total > 0 ? total / batches.length : 10_000;
}

/** A share as people read it: `0.3 %`. */
export function percentOf(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
