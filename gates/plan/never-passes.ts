import type { GatedStage } from './questions.ts';
import type { PlanFinding } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { OUT_OF_REACH, playClean } from './clean-play.ts';
import { budgetFaults } from './budget.ts';
import { PER_BATCH } from '../metrics/named.ts';
import { canaryGates, shadowGates } from './questions.ts';
import { expectedOf } from '../clean-run.ts';
import { firstThat, widestOf } from './remedies.ts';
import { formatDuration } from '../../domain/duration.ts';
import { marginOf, marginPath, onlyMetrics } from './margins.ts';
import { niceNumbers, showCount } from './round.ts';
import { placeOf } from './stage-times.ts';

/** Gates that no candidate can pass, however good it is; `needs` are those of a plan of which no traffic is known. */
export function neverPasses(plan: RolloutPlan, needs: readonly StepNeed[]): PlanFinding[] {
  const proofs = unprovable(plan, needs);
  const unpayable = proofs.some(({ path }) => BOUGHT.includes(path)) ? [] : budgetFaults(plan, needs);
  return [...stepFindings(plan), ...timeFindings(plan), ...countFindings(plan), ...proofs, ...unpayable];
}

/** What a risk budget buys the proof of. */
const BOUGHT = ['errors', 'rejected'].map(marginPath);

function stepFindings({ canary: { steps } }: RolloutPlan): PlanFinding[] {
  return steps.flatMap(({ weight }, i): PlanFinding[] => {
    const path = `canary.steps[${i}]`;
    const before = steps[i - 1];
    if (before && weight <= before.weight)
      return [
        {
          path,
          message: `${weight / 100} % must be more than the step before it, ${before.weight / 100} %`,
          remedies: [],
        },
      ];
    if (weight < FULL_WEIGHT) return [];
    return [
      {
        path,
        message:
          'at 100 % stable has no requests to compare with, so the step is never decided; full follows by itself',
        remedies: [{ paths: [path], value: 50 }],
      },
    ];
  });
}

function timeFindings({ canary, shadow, serving }: RolloutPlan): PlanFinding[] {
  const { ramp, steps, maxDurationMs } = canary;
  const stages = [
    ...(shadow ? [['shadow', shadow.maxDurationMs] as const] : []),
    ...(ramp || steps.length > 0 ? [['canary', maxDurationMs] as const] : []),
  ];
  const minimums = ramp
    ? [['canary.minDuration', ramp.minDurationMs] as const]
    : steps.map(({ minDurationMs }, i) => [`canary.steps[${i}].minDuration`, minDurationMs] as const);
  return [
    ...stages
      .filter(([, limitMs]) => serving.batchMs > limitMs)
      .map(([stage, limitMs]) => ({
        path: 'gates.batch',
        message: `a batch takes ${formatDuration(serving.batchMs)}, but the ${stage} at most ${formatDuration(limitMs)}: it is never decided`,
        remedies: [],
      })),
    ...minimums
      .filter(([, leastMs]) => leastMs > maxDurationMs)
      .map(([path, leastMs]) => ({
        path,
        message: `it takes at least ${formatDuration(leastMs)}, but canary.maxDuration is ${formatDuration(maxDurationMs)}: the step never passes`,
        remedies: [],
      })),
  ];
}

function countFindings({ gates, shadow }: RolloutPlan): PlanFinding[] {
  const counts = [
    ['gates.minRequests', gates.minRequests] as const,
    ...(shadow ? [['shadow.minPairs', shadow.minPairs] as const] : []),
  ];
  return counts
    .filter(([, least]) => least > OUT_OF_REACH)
    .map(([path, least]) => ({
      path,
      message: `no step of a rollout has ${showCount(least)} requests`,
      remedies: [{ paths: [path], value: 1_000 }],
    }));
}

/** Metrics that as many requests as there ever are do not prove, the first gate that fails for each. */
function unprovable(plan: RolloutPlan, needs: readonly StepNeed[]): PlanFinding[] {
  const seen = new Set<string>();
  const compared = needs.filter(({ stage, weight }) => stage === 'shadow' || weight < FULL_WEIGHT);
  return compared.flatMap((need) =>
    need.proofs
      .filter(({ metric, requests }) => requests === null && !seen.has(metric))
      .map(({ metric }) => {
        seen.add(metric);
        const margin = marginOf(plan, metric);
        const readings = PER_BATCH.some((name) => name === metric);
        const most = readings ? 'the readings of canary.maxDuration' : `${showCount(OUT_OF_REACH)} requests`;
        const value = leastProvable(plan, need.stage, metric);
        return {
          path: marginPath(metric),
          message: `${placeOf(need)} never passes: ${most} do not prove ${metric} within ${margin}`,
          remedies: value === null ? [] : [{ paths: [marginPath(metric)], value }],
        };
      }),
  );
}

function leastProvable(plan: RolloutPlan, stage: GatedStage, metric: string): number | null {
  const gates = stage === 'shadow' ? shadowGates(plan) : canaryGates(plan, null);
  const last = gates.at(-1)?.question;
  if (!last || metric === 'disagreement') return null;
  const expected = expectedOf(null);
  return firstThat(niceNumbers(marginOf(plan, metric), widestOf(plan, metric)), (margin) => {
    const { proofs } = playClean({ ...last, plan: onlyMetrics(plan.gates, [metric], margin) }, { expected });
    return proofs.some((proof) => proof.metric === metric && proof.requests !== null);
  });
}
