import type { Expected } from '../clean-run.ts';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { GateState } from '../gate.ts';
import type { RampPlan } from '../../domain/ramp.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { CANDIDATE, STABLE } from './questions.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { afterProof, firstWeight, lastWeight, largestNext, leastNext } from '../../domain/ramp.ts';
import { judge, observe, openGate } from '../gate.ts';
import { random } from './random.ts';
import { simulatedBatch } from './bad-run.ts';

/** How a simulated canary ended. */
export interface Trial {
  /** `held`: back on stable, undecided. `open`: left to a person or to more time, or to more batches than are looked at. */
  readonly end: 'rolledBack' | 'held' | 'promoted' | 'open';
  /** Since the candidate's first step, and its requests in that time. */
  readonly ms: number;
  readonly requests: number;
  /** Batches that were looked at. */
  readonly batches: number;
}

export interface TrialOptions {
  /** Live requests a second. */
  readonly rate: number;
  readonly stable: Expected;
  readonly candidate: Expected;
  readonly seed: number;
}

/** Batches of stable alone before the first step: from the shadow, or from measuring the traffic. */
const BEFORE = 3;
/** Requests of the candidate that a batch is waited for to hold on average; where traffic is thin, several count as one. */
const LEAST_IN_BATCH = 2;
/** Requests of both versions in a batch beyond which more of them tell no sooner, and only take longer to draw. */
const MOST_IN_BATCH = 3_000;
/** Batches after which a canary is left as it is. */
const MOST_BATCHES = 150;

/** One canary of a plan with a candidate that answers as is given, from its first step to its end. */
export function playTrial(plan: RolloutPlan, asked: TrialOptions): Trial {
  const rate = Math.min(asked.rate, (MOST_IN_BATCH * 1_000) / plan.serving.batchMs);
  const options = { ...asked, rate };
  const run = openRun(plan, options);
  const policy = plan.canary.onInconclusive;
  for (let index = 0; ; index += 1) {
    const step = stepOf(plan, rate, run, index);
    if (step === null) return ended(run, 'promoted');
    const verdict = takeStep(plan, options, run, step);
    if (verdict === null) return ended(run, 'open');
    if (verdict.decision === 'fail') return ended(run, 'rolledBack');
    if (verdict.decision === 'error') return ended(run, 'held');
    if (verdict.decision === 'inconclusive' && policy !== 'promote') return ended(run, WITHOUT_VERDICT[policy]);
    run.last = { verdict, weight: step.weight };
  }
}

/** How a canary ends that is undecided at its time limit. */
const WITHOUT_VERDICT = { hold: 'held', rollback: 'held', ask: 'open', extend: 'open' } as const;

interface Step {
  readonly weight: number;
  readonly nextWeight: number;
  readonly minDurationMs: number;
}

interface RunState {
  readonly next: () => number;
  readonly batches: GateBatch[];
  ms: number;
  requests: number;
  sequence: number;
  last: { readonly verdict: Verdict; readonly weight: number } | null;
}

function openRun({ serving }: RolloutPlan, { rate, seed, stable }: TrialOptions): RunState {
  const next = random(seed);
  const perBatch = Math.round((rate * serving.batchMs) / 1_000);
  const batches = Array.from({ length: BEFORE }, (_, index) => {
    const opened = (index - BEFORE) * serving.batchMs;
    const place = { index, sequence: 1, opened, sealed: opened + serving.batchMs, candidate: 0, stable: perBatch };
    return simulatedBatch(next, place, { candidate: stable, stable });
  });
  return { next, batches, ms: 0, requests: 0, sequence: 1, last: null };
}

/** The next step, as the workflow takes it; `null` after the last one. */
function stepOf({ canary, serving }: RolloutPlan, rate: number, { last }: RunState, index: number): Step | null {
  const { ramp, steps } = canary;
  if (!ramp) {
    const step = steps[index];
    return step ? { ...step, nextWeight: steps[index + 1]?.weight ?? FULL_WEIGHT } : null;
  }
  const { minDurationMs } = ramp;
  if (last === null) {
    const weight = firstWeight(ramp, (rate * serving.batchMs) / 1_000, serving.batchMs);
    return { weight, nextWeight: largestNext(ramp, weight), minDurationMs };
  }
  if (last.weight >= lastWeight(ramp)) return null;
  const weight = weightAfter(last, ramp);
  return { weight, nextWeight: largestNext(ramp, weight), minDurationMs };
}

function weightAfter({ verdict, weight }: NonNullable<RunState['last']>, ramp: RampPlan): number {
  if (weight >= ramp.maxWeight) return afterProof(ramp, weight);
  const most = largestNext(ramp, weight);
  return Math.max(Math.min(verdict.ramp?.nextWeight ?? most, most), leastNext(ramp, weight));
}

/** The verdict that ends a step, undecided at its time limit; `null` where it was left open. */
function takeStep(plan: RolloutPlan, options: TrialOptions, run: RunState, step: Step): Verdict | null {
  const { canary, serving } = plan;
  run.sequence += 1;
  const perBatch = (options.rate * step.weight * serving.batchMs) / (FULL_WEIGHT * 1_000);
  const together = Math.max(1, Math.ceil(LEAST_IN_BATCH / perBatch));
  const ms = together * serving.batchMs;
  let state: GateState = run.batches.reduce(observe, openGate(questionOf(plan, run, step)));
  for (let passed = 0; run.batches.length < MOST_BATCHES;) {
    const batch = nextBatch(run, options, { ...step, ms });
    state = observe(state, batch);
    passed += ms;
    const verdict = judge(state);
    if (verdict.decision !== 'inconclusive' || passed + ms > canary.maxDurationMs) return verdict;
  }
  return null;
}

function nextBatch(
  run: RunState,
  { rate, stable, candidate }: TrialOptions,
  { weight, ms }: Step & { readonly ms: number },
): GateBatch {
  const all = (rate * ms) / 1_000;
  const share = weight / FULL_WEIGHT;
  const met = Math.floor(all * share + run.next());
  const others = Math.floor(all * (1 - share) + run.next());
  const place = { index: run.batches.length, sequence: run.sequence, opened: run.ms, sealed: run.ms + ms };
  const batch = simulatedBatch(run.next, { ...place, candidate: met, stable: others }, { candidate, stable });
  run.batches.push(batch);
  run.ms += ms;
  run.requests += met;
  return batch;
}

function questionOf(
  { gates, canary }: RolloutPlan,
  { sequence }: RunState,
  { weight, nextWeight, minDurationMs }: Step,
): GateQuestion {
  const plan = canary.ramp ? { ...gates, ramp: canary.ramp } : gates;
  const place = { epoch: 1, calibrationSequence: 1, stageSequence: 2, stepSequence: sequence };
  const step = { weight, nextWeight, minDurationMs };
  return { stage: 'canary', candidate: CANDIDATE, stable: STABLE, plan, shadow: null, ...place, ...step };
}

function ended({ ms, requests, batches }: RunState, end: Trial['end']): Trial {
  return { end, ms, requests, batches: batches.length };
}
