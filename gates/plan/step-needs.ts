import type { Expected } from '../clean-run.ts';
import type { Played } from './clean-play.ts';
import type { GatedStage, PlannedGate } from './questions.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { Traffic } from './traffic.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { NOMINAL_RATE } from '../ramp/forecast.ts';
import { PER_BATCH } from '../metrics/named.ts';
import { canaryGates, shadowGates } from './questions.ts';
import { onlyMetrics } from './margins.ts';
import { batchesToPass, playClean } from './clean-play.ts';
import { expectedOf } from '../clean-run.ts';

/** What a stage or step asks for at least, if the candidate is exactly as good as stable. */
export interface StepNeed {
  readonly stage: GatedStage;
  /** Parts per 10,000 of live traffic that reach the candidate. */
  readonly weight: number;
  /** Requests of the candidate (or pairs) within this step, in tens; `null` when no number of them is enough. */
  readonly requests: number | null;
  /** The metrics that are proved last; empty where the least number of requests decides. */
  readonly slowest: readonly string[];
  /** How long that takes at the expected rate, the step's least duration included; `null` without a rate. */
  readonly durationMs: number | null;
  /** Requests of the candidate that are expected in that time; `null` without a rate. */
  readonly expected: number | null;
  /** What each metric takes that has to be proved. */
  readonly proofs: readonly ProofNeed[];
  /** What the gate says when no number of requests is enough; `null` where one is. */
  readonly stuck: string | null;
}

export interface ProofNeed {
  readonly metric: string;
  /** Requests of the candidate within the step; `null` when no number of them is enough. */
  readonly requests: number | null;
  /** `null` without a rate. */
  readonly durationMs: number | null;
}

/**
 * What each gate of a plan needs to pass, if the candidate is exactly as good as stable.
 *
 * Plays batches with the counts that are expected through the very gates that will judge the rollout.
 */
export function stepNeeds(plan: RolloutPlan, traffic: Traffic | null): StepNeed[] {
  const expected = expectedOf(traffic);
  return [
    ...needsOf(shadowGates(plan), plan, traffic, expected),
    ...needsOf(canaryGates(plan, traffic), plan, traffic, expected),
  ];
}

/** The gates of one stage: each goes on with the evidence of the steps before it. */
function needsOf(
  gates: readonly PlannedGate[],
  plan: RolloutPlan,
  traffic: Traffic | null,
  expected: Expected,
): StepNeed[] {
  let last: Played | null = null;
  return gates.map((gate) => {
    const asked = { ...gate.question, ...byRequests(gate.question) };
    // Where one step never passes, what comes after it is of no account.
    const played: Played = last?.stuck != null ? last : playClean(asked, { earlier: last?.batches ?? [], expected });
    last = played;
    return needOf(gate, played, plan, traffic);
  });
}

function needOf(
  { question, minDurationMs, maxDurationMs }: PlannedGate,
  { requests: counted, slowest, proofs: proved, stuck }: Played,
  plan: RolloutPlan,
  traffic: Traffic | null,
): StepNeed {
  const { batchMs } = plan.serving;
  const timeOf = (requests: number | null) => duration(requests, question, traffic);
  const byTime = resourceNeeds({ question, maxDurationMs }, plan, traffic);
  const never = byTime.find(({ requests }) => requests === null);
  const least = leastOf(question);
  const requests = never || counted === null ? null : Math.max(counted, least);
  const times = [timeOf(requests), ...byTime.map(({ durationMs }) => durationMs)].filter((time) => time !== null);
  // Evidence comes in whole batches.
  const longest = Math.ceil(Math.max(minDurationMs, ...times) / batchMs) * batchMs;
  const durationMs = requests === null || traffic === null ? null : longest;
  return {
    stage: question.stage === 'shadow' ? 'shadow' : 'canary',
    weight: question.weight,
    requests,
    slowest: never && counted !== null ? [never.metric] : (requests ?? 0) > (counted ?? Infinity) ? [] : slowest,
    durationMs,
    expected: durationMs === null || traffic === null ? null : Math.round(requestsIn(durationMs, question, traffic)),
    proofs: [...proved.map((proof) => ({ ...proof, durationMs: timeOf(proof.requests) })), ...byTime],
    stuck: stuck ?? (never ? `not proved yet: ${never.metric}` : null),
  };
}

/** Requests of the candidate, or pairs, that come in a time. */
export function requestsIn(ms: number, { weight }: Pick<GateQuestion, 'weight'>, traffic: Traffic): number {
  return (ms * traffic.requestsPerSecond * weight) / (FULL_WEIGHT * 1_000);
}

function duration(requests: number | null, { weight }: GateQuestion, traffic: Traffic | null): number | null {
  if (traffic === null || requests === null) return null;
  return Math.ceil((requests * FULL_WEIGHT * 1_000) / (traffic.requestsPerSecond * weight));
}

/** Least numbers up to this are played; larger ones are waited for, and nothing is learnt of them. */
const PLAYED = 1_000;

function leastOf({ stage, plan, shadow }: GateQuestion): number {
  return stage === 'shadow' ? (shadow?.minPairs ?? 0) : plan.minRequests;
}

/** What is asked without what is not counted by requests. */
function byRequests({ plan, shadow }: GateQuestion): Pick<GateQuestion, 'plan' | 'shadow'> {
  const unasked = PER_BATCH.flatMap((name) => {
    const planned = plan[name];
    return planned ? [[name, { ...planned, required: false }] as const] : [];
  });
  return {
    plan: { ...plan, ...Object.fromEntries(unasked), minRequests: Math.min(plan.minRequests, PLAYED) },
    shadow: shadow && { ...shadow, minPairs: Math.min(shadow.minPairs, PLAYED) },
  };
}

/** Batches beyond which readings of servers prove nothing more. */
const MOST_READINGS = 1_000;

/** What servers use is asked for before all traffic only, and proved batch by batch, however many requests there are. */
export function resourceNeeds(
  { question, maxDurationMs }: Pick<PlannedGate, 'question' | 'maxDurationMs'>,
  { gates, serving }: RolloutPlan,
  traffic: Traffic | null,
): ProofNeed[] {
  if (question.stage !== 'canary' || question.nextWeight < FULL_WEIGHT) return [];
  const rate = traffic?.requestsPerSecond ?? NOMINAL_RATE;
  const perBatch = (rate * serving.batchMs * question.weight) / (FULL_WEIGHT * 1_000);
  return PER_BATCH.filter((name) => gates[name]?.required).map((metric) => {
    const asked = { ...question, plan: onlyMetrics(gates, [metric]) };
    const batches = batchesToPass(asked, perBatch, Math.min(maxDurationMs / serving.batchMs, MOST_READINGS));
    const requests = batches === null ? null : Math.ceil(batches * perBatch);
    return { metric, requests, durationMs: batches === null || traffic === null ? null : batches * serving.batchMs };
  });
}
