import type { PlanFinding, Remedy } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';
import type { Traffic } from './traffic.ts';
import { PER_BATCH } from '../metrics/named.ts';
import { STAGES, limitOf, placeOf } from './stage-times.ts';
import { describeRate } from './traffic.ts';
import { formatDuration } from '../../domain/duration.ts';
import { largerWeight, widerMargin } from './remedies.ts';
import { listed } from './finding.ts';
import { marginOf, marginPath } from './margins.ts';
import { niceDuration, showShare } from './round.ts';

/** Metrics that a plan cannot prove within its time limits at this traffic, and what would help: each remedy tried out. */
export function lateProofs(plan: RolloutPlan, needs: readonly StepNeed[], traffic: Traffic): PlanFinding[] {
  return STAGES.flatMap((stage) => {
    const own = needs.filter((need) => need.stage === stage);
    return together(plan, slowest(own, limitOf(plan, stage))).map((late) => finding(plan, late, traffic));
  });
}

interface Late {
  readonly need: StepNeed;
  readonly durationMs: number;
  readonly metrics: readonly string[];
}

/** The step at which each metric takes longest, of those that take too long. */
function slowest(needs: readonly StepNeed[], limitMs: number): Late[] {
  const worst = new Map<string, Late>();
  for (const need of needs)
    for (const { metric, durationMs } of need.proofs)
      if (durationMs !== null && durationMs > Math.max(limitMs, worst.get(metric)?.durationMs ?? 0))
        worst.set(metric, { need, durationMs, metrics: [metric] });
  return [...worst.values()];
}

/** Metrics that take equally long for the same margin are one matter. */
function together(plan: RolloutPlan, all: readonly Late[]): Late[] {
  const groups = Map.groupBy(all, ({ need, durationMs, metrics: [metric = ''] }) =>
    [need.weight, durationMs, marginOf(plan, metric)].join(),
  );
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first ? [{ ...first, metrics: [first, ...rest].flatMap(({ metrics }) => metrics) }] : [],
  );
}

function finding(plan: RolloutPlan, { need, durationMs, metrics }: Late, traffic: Traffic): PlanFinding {
  const { stage } = need;
  const [first = ''] = metrics;
  const margin = showShare(marginOf(plan, first));
  const what =
    first === 'disagreement'
      ? `that at most ${margin} of answers differ`
      : `${listed(metrics, 'and')} within ${margin}`;
  const limit = `${stage}.maxDuration is ${formatDuration(limitOf(plan, stage))}`;
  return {
    path: marginPath(first),
    message: `at ${describeRate(traffic)} ${placeOf(need)} takes ${formatDuration(durationMs)} to prove ${what}, but ${limit}`,
    remedies: remediesOf(plan, { need, durationMs, metrics }, traffic),
  };
}

function remediesOf(plan: RolloutPlan, { need, durationMs, metrics }: Late, traffic: Traffic): Remedy[] {
  const { stage } = need;
  const byRequests = !PER_BATCH.some((name) => metrics.includes(name));
  const wider = byRequests ? widerMargin(plan, stage, metrics, traffic) : null;
  const weight = byRequests ? largerWeight(plan, need, metrics, traffic) : null;
  const optional = metrics.filter(isOptional).map((metric) => `gates.${metric}.required`);
  return [
    ...(wider === null ? [] : [{ paths: metrics.map(marginPath), value: wider }]),
    { paths: [`${stage}.maxDuration`], value: niceDuration(durationMs) },
    ...(weight ? [weight] : []),
    ...(optional.length > 0 ? [{ paths: optional, value: false }] : []),
  ];
}

/** Of what is proved in every rollout nobody lets go; the rest a model's owner chose. */
function isOptional(metric: string): boolean {
  return !['errors', 'rejected', 'disagreement'].includes(metric);
}
