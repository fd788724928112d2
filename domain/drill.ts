import { parseDuration } from './duration.ts';
import type { PreflightFacts, RolloutResult } from './rollout-state.ts';
import type { Fault } from './model-version.ts';
import { FULL_WEIGHT } from './route.ts';

/** What may be wrong with the copy of stable that a drill rolls out. */
export type FaultKind = Fault['kind'];

export const FAULTS: readonly FaultKind[] = ['latency', 'errors', 'wrong-answers', 'dead'];

/** What starts a rehearsal of rollback; a person may type it into the Web UI, so only the place is needed. */
export interface DrillInput {
  readonly target: string;
  readonly endpoint: string;
  /** `errors` when absent. */
  readonly fault?: FaultKind;
  /** Registry number of a version that served here, of which the copy is made; the one that serves when absent. */
  readonly version?: string;
  /** Live traffic on the faulty copy in parts per 10,000; copies of requests alone when absent or 0. */
  readonly weight?: number;
  /** From the first request on the copy until all of it is taken back; two minutes when absent. */
  readonly withinMs?: number;
  readonly by?: string;
  readonly reason?: string;
}

/** A drill with nothing left open. */
export interface DrillPlan {
  readonly fault: Fault;
  readonly weight: number;
  readonly withinMs: number;
}

export interface DrillFacts extends PreflightFacts {
  readonly drill: DrillPlan;
}

/** How a rehearsal went; one that was aborted, or could not be carried out, says nothing of the rollback. */
export interface DrillResult extends RolloutResult {
  readonly passed: boolean | null;
  /** From the first request on the copy until none reached it any more; `null` where it did not come so far. */
  readonly seconds: number | null;
}

/** Most live traffic that a drill may take, in parts per 10,000, and longest time: users did not ask for it. */
export const MOST_DRILL_WEIGHT = 100;
const LONGEST_DRILL_MS = parseDuration('30m');
const LONGEST_LIVE_DRILL_MS = parseDuration('10m');
export const DRILL_WITHIN_MS = parseDuration('2m');

/** How much slower the copy answers, at most half of the time that a prediction may take. */
const SLOWER_MS = 500;

export function planDrill(
  { fault = 'errors', weight = 0, withinMs = DRILL_WITHIN_MS }: DrillInput,
  { timeoutMs }: { readonly timeoutMs: number },
): DrillPlan {
  const added = Math.min(SLOWER_MS, Math.floor(timeoutMs / 2));
  return { fault: fault === 'latency' ? { kind: fault, addMs: added } : { kind: fault }, weight, withinMs };
}

/** Why a drill would be no drill, or would cost users more than it may; empty when it may be held. */
export function drillFaults(
  { fault = 'errors', weight = 0, withinMs = DRILL_WITHIN_MS }: DrillInput,
  { retry }: { readonly retry: boolean },
): string[] {
  const faults: string[] = [];
  const most = weight > 0 ? LONGEST_LIVE_DRILL_MS : LONGEST_DRILL_MS;
  if (!FAULTS.includes(fault)) faults.push(`fault ${fault} is none of ${FAULTS.join(', ')}`);
  if (!Number.isInteger(weight) || weight < 0 || weight > MOST_DRILL_WEIGHT)
    faults.push(`a drill takes at most ${MOST_DRILL_WEIGHT / 100} % of live traffic, not ${weight / 100} %`);
  if (!(withinMs > 0) || withinMs > most)
    faults.push(`a drill ${weight > 0 ? 'with live traffic ' : ''}lasts at most ${most / 60_000} minutes`);
  if (weight > 0 && !retry && (fault === 'errors' || fault === 'dead'))
    faults.push(
      `${fault} would reach users, since the endpoint does not ask stable again: hold it with mirrored traffic`,
    );
  return faults;
}

/** Most of one second's requests, summed up over the drill, that the copy can get: weight × time. */
export function exposureSeconds({ weight, withinMs }: Pick<DrillPlan, 'weight' | 'withinMs'>): number {
  return (weight / FULL_WEIGHT) * (withinMs / 1_000);
}
