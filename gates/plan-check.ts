import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { cleanBatch } from './clean-run.ts';
import { formatDuration } from '../domain/duration.ts';
import { judge, observe, openGate } from './gate.ts';

/** What a stage or step asks for at least, if the candidate is exactly as good as stable and nothing fails. */
export interface StepNeed {
  readonly stage: 'shadow' | 'canary';
  /** Parts per 10,000 of live traffic that reach the candidate. */
  readonly weight: number;
  /** Requests of the candidate (or pairs) within this step, in tens; `null` when no number of them is enough. */
  readonly requests: number | null;
  /** The metrics that are proved last; empty where the least number of requests decides. */
  readonly slowest: readonly string[];
  /** How long that takes at the expected rate, the step's least duration included; `null` without a rate. */
  readonly durationMs: number | null;
}

export interface GatePlanCheck {
  readonly needs: readonly StepNeed[];
  /** One sentence for each thing that cannot work out. */
  readonly warnings: readonly string[];
}

/** Requests of the candidate beyond which a proof counts as out of reach. */
const OUT_OF_REACH = 100_000;

/**
 * How many requests each step of a plan needs to pass, and what of it cannot be done in the time that the plan gives.
 *
 * Plays clean batches through the very gates that will judge the rollout. Live requests a second may be given.
 *
 * @example
 * for (const { weight, requests } of lintGatePlan(plan, 20).needs) console.log(weight, requests);
 */
export function lintGatePlan(plan: RolloutPlan, expectedRatePerSecond?: number): GatePlanCheck {
  const shadow = plan.shadow === null ? [] : [shadowNeed(plan, expectedRatePerSecond)];
  const canary = canaryNeeds(plan, expectedRatePerSecond);
  return {
    needs: [...shadow, ...canary],
    warnings: [
      ...warningsOf(shadow, plan.shadow?.maxDurationMs ?? 0),
      ...warningsOf(canary, plan.canary.maxDurationMs),
      ...labelWarnings(plan),
    ],
  };
}

function shadowNeed(plan: RolloutPlan, rate: number | undefined): StepNeed {
  const weight = ((plan.shadow?.percent ?? 0) * FULL_WEIGHT) / 100;
  const next = plan.canary.steps[0]?.weight ?? FULL_WEIGHT;
  const { need } = play(question(plan, 'shadow', { weight, next, sequence: 1 }), 'shadow', []);
  return { ...need, durationMs: duration(need, rate, 0) };
}

function canaryNeeds(plan: RolloutPlan, rate: number | undefined): StepNeed[] {
  let batches: readonly GateBatch[] = [];
  return plan.canary.steps.map(({ weight, minDurationMs }, i) => {
    const next = plan.canary.steps[i + 1]?.weight ?? FULL_WEIGHT;
    const played = play(question(plan, 'canary', { weight, next, sequence: i + 1 }), 'canary', batches);
    batches = played.batches;
    return { ...played.need, durationMs: duration(played.need, rate, minDurationMs) };
  });
}

type Need = Omit<StepNeed, 'durationMs'>;

/** Goes on with clean batches after the earlier steps' ones until the gate passes. */
function play(
  asked: GateQuestion,
  stage: StepNeed['stage'],
  earlier: readonly GateBatch[],
): { need: Need; batches: readonly GateBatch[] } {
  const { weight } = asked;
  const batches = [...earlier];
  let state = batches.reduce(observe, openGate(asked));
  let slowest: readonly string[] = [];
  let requests = 0;
  while (requests < OUT_OF_REACH) {
    const tens = Math.max(1, Math.floor(requests / 200));
    const batch = cleanBatch(asked, batches.length, tens);
    batches.push(batch);
    requests += tens * 10;
    state = observe(state, batch);
    const { decision, metrics } = judge(state);
    if (decision === 'pass') return { need: { stage, weight, requests, slowest }, batches };
    slowest = metrics
      .filter((metric) => metric.required && metric.decision === 'undecided')
      .map(({ metric }) => metric);
  }
  return { need: { stage, weight, requests: null, slowest }, batches };
}

interface Step {
  readonly weight: number;
  readonly next: number;
  readonly sequence: number;
}

function question(plan: RolloutPlan, stage: 'shadow' | 'canary', { weight, next, sequence }: Step): GateQuestion {
  const names = { stage, candidate: 'candidate', stable: 'stable', plan: plan.gates, shadow: plan.shadow };
  const place = { epoch: 1, stageSequence: 1, stepSequence: sequence, minDurationMs: 0 };
  return { ...names, ...place, weight, nextWeight: next };
}

function duration({ requests, weight }: Need, rate: number | undefined, least: number): number | null {
  if (rate === undefined || requests === null) return null;
  return Math.max(least, Math.ceil((requests * FULL_WEIGHT * 1000) / (rate * weight)));
}

function warningsOf(needs: readonly StepNeed[], limitMs: number): string[] {
  const impossible = needs.find(({ requests }) => requests === null);
  if (impossible) return [`${placeOf(impossible)} can never pass: ${impossible.slowest.join(', ')} cannot be proved`];
  let total = 0;
  for (const need of needs) {
    total += need.durationMs ?? 0;
    if (total <= limitMs) continue;
    const what = need.slowest.length > 0 ? ` (mostly for ${need.slowest.join(', ')})` : '';
    const [takes, limit] = [formatDuration(total), formatDuration(limitMs)];
    return [`${placeOf(need)} is decided after ${takes} at the earliest${what}, but maxDuration is ${limit}`];
  }
  return [];
}

function placeOf({ stage, weight }: StepNeed): string {
  return stage === 'shadow' ? 'shadow' : `canary at ${weight / 100} %`;
}

function labelWarnings({ gates }: RolloutPlan): string[] {
  return gates.accuracy.required ? ['accuracy is required: no step passes before labels arrive for the candidate'] : [];
}
