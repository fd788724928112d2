import type { GateBatch } from '../../domain/gate-batch.ts';
import type { GatedStage, PlannedGate } from './questions.ts';
import type { Remedy } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';
import type { Traffic } from './traffic.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { canaryGates, shadowGates } from './questions.ts';
import { expectedOf } from '../clean-run.ts';
import { marginOf, onlyMetrics, unitOf } from './margins.ts';
import { niceNumbers } from './round.ts';
import { playClean } from './clean-play.ts';
import { requestsIn } from './step-needs.ts';

/** Beyond these a margin says nothing any more. */
const WIDEST = { share: 0.5, ratio: 5 } as const;

/** The largest margin of a metric that is worth a proof. */
export function widestOf(plan: RolloutPlan, metric: string): number {
  return WIDEST[unitOf(plan, metric)];
}

/** The smallest round margin with which the metrics are proved within the stage's time limits; `null` where none is. */
export function widerMargin(
  plan: RolloutPlan,
  stage: GatedStage,
  metrics: readonly string[],
  traffic: Traffic,
): number | null {
  const [first = ''] = metrics;
  const candidates = niceNumbers(marginOf(plan, first), widestOf(plan, first));
  const gates = gatesOf(plan, stage, traffic);
  return firstThat(candidates, (margin) => isInTime(plan, gates, { metrics, margin }, traffic));
}

/** Percents of traffic that are tried; more would leave stable too little to compare with. */
const PERCENTS = [1, 2, 5, 10, 15, 20, 25, 30, 40, 50];

/** The smallest round weight with which they are; `null` where none is, or where the budget decides the weight. */
export function largerWeight(
  plan: RolloutPlan,
  need: StepNeed,
  metrics: readonly string[],
  traffic: Traffic,
): Remedy | null {
  const now = (need.weight * 100) / FULL_WEIGHT;
  const set = weightSetter(plan, need);
  if (set === null) return null;
  const candidates = [...PERCENTS, 75, 100].filter((percent) => percent > now && percent <= set.most);
  const value = firstThat(candidates, (percent) => {
    const changed = set.plan(percent);
    return isInTime(changed, gatesOf(changed, need.stage, traffic), { metrics }, traffic);
  });
  return value === null ? null : { paths: [set.path], value };
}

interface WeightSetter {
  readonly path: string;
  readonly most: number;
  readonly plan: (percent: number) => RolloutPlan;
}

function weightSetter(plan: RolloutPlan, { stage, weight }: StepNeed): WeightSetter | null {
  const { shadow, canary } = plan;
  const partsOf = (percent: number) => (percent * FULL_WEIGHT) / 100;
  if (stage === 'shadow')
    return {
      path: 'shadow.percent',
      most: 100,
      plan: (percent) => ({ ...plan, shadow: shadow && { ...shadow, percent } }),
    };
  const { ramp, steps } = canary;
  if (ramp) {
    if (weight !== ramp.maxWeight) return null;
    const to = (percent: number) => ({ ...canary, ramp: { ...ramp, maxWeight: partsOf(percent) } });
    return { path: 'risk.maxPercent', most: 50, plan: (percent) => ({ ...plan, canary: to(percent) }) };
  }
  const index = steps.findIndex((step) => step.weight === weight);
  const next = steps[index + 1]?.weight;
  const to = (percent: number) => steps.map((step, i) => (i === index ? { ...step, weight: partsOf(percent) } : step));
  return {
    path: `canary.steps[${index}]`,
    most: next === undefined ? 50 : Math.min(50, (next - 1) / 100),
    plan: (percent) => ({ ...plan, canary: { ...canary, steps: to(percent) } }),
  };
}

function gatesOf(plan: RolloutPlan, stage: GatedStage, traffic: Traffic): PlannedGate[] {
  return stage === 'shadow' ? shadowGates(plan) : canaryGates(plan, traffic);
}

/** Whether every gate proves the metrics within its time limit. */
function isInTime(
  plan: RolloutPlan,
  planned: readonly PlannedGate[],
  { metrics, margin }: { readonly metrics: readonly string[]; readonly margin?: number },
  traffic: Traffic,
): boolean {
  const expected = expectedOf(traffic);
  const gates = onlyMetrics(plan.gates, metrics, margin);
  const other = margin !== undefined && metrics.includes('disagreement') ? { maxDisagreement: margin } : {};
  let earlier: readonly GateBatch[] = [];
  return planned.every(({ question, maxDurationMs }) => {
    const most = requestsIn(maxDurationMs, question, traffic);
    const shadow = question.shadow && { ...question.shadow, ...other };
    const { proofs, batches } = playClean({ ...question, plan: gates, shadow }, { earlier, expected, most });
    earlier = batches;
    return metrics.every((metric) => {
      const proof = proofs.find((known) => known.metric === metric);
      return proof?.requests != null && proof.requests <= most;
    });
  });
}

/** The first of an ascending list with which a condition holds that goes on holding; by bisection. */
export function firstThat<T>(candidates: readonly T[], holds: (candidate: T) => boolean): T | null {
  let [low, high] = [0, candidates.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const candidate = candidates[middle];
    if (candidate !== undefined && holds(candidate)) high = middle;
    else low = middle + 1;
  }
  return candidates[low] ?? null;
}
