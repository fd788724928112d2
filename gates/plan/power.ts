import type { Fault } from './bad-candidates.ts';
import type { GatePlan, RolloutPlan } from '../../domain/plan.ts';
import type { PlanFinding } from './finding.ts';
import type { Traffic } from './traffic.ts';
import type { Trial } from './trial.ts';
import { playTrial } from './trial.ts';
import { NOMINAL_RATE } from '../ramp/forecast.ts';
import { expectedOf } from '../clean-run.ts';
import { faultsOf } from './bad-candidates.ts';
import { metricsOf } from './margins.ts';
import { hasCanary } from '../../domain/plan.ts';

/** What a canary does with one kind of bad candidate, in a few simulated rollouts. */
export interface Power {
  /** `dead`, or the metric that is worse by twice its margin. */
  readonly fault: string;
  /** How many rollouts ended so; `held`: undecided, or out of budget, and back on stable all the same. */
  readonly runs: number;
  readonly rolledBack: number;
  readonly held: number;
  readonly promoted: number;
  /** Medians of those that were rolled back, from the candidate's first request on; `null` where none was. */
  readonly ms: number | null;
  readonly requests: number | null;
}

/** Rollouts with each kind of bad candidate; with five of five the chance is above one half at 97 % confidence. */
const RUNS = 5;

/** Batches that are looked at for all of them together, so that a plan is told within seconds. */
const MOST_BATCHES = 1_000;

/**
 * What the canary does with a candidate that gives no answers, and with ones that are worse by twice a margin: seeded
 * rollouts, played through the very gates; for a rate that is shown for want of a better one, where no traffic is known.
 */
export function powerOf(plan: RolloutPlan, traffic: Traffic | null): Power[] {
  if (!hasCanary(plan)) return [];
  const stable = expectedOf(traffic);
  const rate = traffic?.requestsPerSecond ?? NOMINAL_RATE;
  const faults = faultsOf(plan, { labelled: (traffic?.labelled ?? 0) > 0 });
  const trials = new Map<Fault, Trial[]>(faults.map((fault) => [fault, []]));
  let left = MOST_BATCHES;
  for (let run = 0; run < RUNS; run += 1)
    for (const [fault, own] of trials) {
      if (left <= 0) break;
      const trial = playTrial(plan, { rate, stable, candidate: fault.answers(stable), seed: seedOf(run, own.length) });
      own.push(trial);
      left -= trial.batches;
    }
  return [...trials].filter(([, own]) => own.length > 0).map(([fault, own]) => summary(fault, own));
}

/** Metrics of which bad candidates get through now and then, since nobody asks for their proof. */
export function powerCautions(gates: GatePlan, power: readonly Power[]): PlanFinding[] {
  return power.flatMap(({ fault, promoted, runs }): PlanFinding[] => {
    const known = metricsOf(gates).find(({ metric }) => metric === fault);
    if (promoted === 0 || !known || known.required) return [];
    const message = `${promoted} of ${runs} simulated canaries promoted a candidate worse by twice the margin of ${fault}, which can only roll back`;
    return [{ path: `gates.${fault}`, message, remedies: [{ paths: [`gates.${fault}.required`], value: true }] }];
  });
}

function seedOf(run: number, before: number): number {
  return 1_000 * (run + 1) + before;
}

function summary({ name }: Fault, trials: readonly Trial[]): Power {
  const count = (end: Trial['end']) => trials.filter((trial) => trial.end === end).length;
  const back = trials.filter(({ end }) => end === 'rolledBack');
  return {
    fault: name,
    runs: trials.length,
    rolledBack: back.length,
    held: count('held'),
    promoted: count('promoted'),
    ms: median(back.map(({ ms }) => ms)),
    requests: median(back.map(({ requests }) => requests)),
  };
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
