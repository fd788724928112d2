import type { GatePlan, PlannedMetric, RolloutPlan } from '../../domain/plan.ts';
import type { NamedMetric } from '../../domain/named-metrics.ts';
import { NAMED_METRICS } from '../../domain/named-metrics.ts';

const NAMED = Object.keys(NAMED_METRICS) as NamedMetric[];

/** A metric of a plan, under the name that verdicts give it. */
export interface MetricOfPlan extends PlannedMetric {
  readonly metric: string;
  /** Whether its margin is a difference of shares, or a ratio minus one. */
  readonly unit: 'share' | 'ratio';
}

/** Every metric that a canary of this plan judges, in the order of the specification's description. */
export function metricsOf({ errors, rejected, latency, accuracy, ...named }: GatePlan): MetricOfPlan[] {
  return [
    { metric: 'errors', unit: 'share', ...errors },
    { metric: 'rejected', unit: 'share', ...rejected },
    { metric: 'latency.p50', unit: 'ratio', ...latency.p50 },
    { metric: 'latency.p95', unit: 'ratio', ...latency.p95 },
    { metric: 'latency.p99', unit: 'ratio', ...latency.p99 },
    { metric: 'accuracy', unit: 'share', ...accuracy },
    ...NAMED.flatMap((metric): MetricOfPlan[] => {
      const planned = named[metric];
      return planned ? [{ metric, unit: NAMED_METRICS[metric].unit, ...planned }] : [];
    }),
  ];
}

/** What the plan has for a metric; `disagreement` has a limit instead of a margin. */
export function marginOf(plan: RolloutPlan, metric: string): number {
  if (metric === 'disagreement') return plan.shadow?.maxDisagreement ?? 1;
  return metricsOf(plan.gates).find((known) => known.metric === metric)?.margin ?? 0;
}

export function unitOf(plan: RolloutPlan, metric: string): MetricOfPlan['unit'] {
  return metricsOf(plan.gates).find((known) => known.metric === metric)?.unit ?? 'share';
}

/** Where the specification has that. */
export function marginPath(metric: string): string {
  return metric === 'disagreement' ? 'shadow.maxDisagreement' : `gates.${metric}.margin`;
}

/** The plan of gates that judge these metrics alone, at their own margins or another one, however few requests there are. */
export function onlyMetrics(gates: GatePlan, metrics: readonly string[], margin?: number): GatePlan {
  const { alpha, beta, latency, limits } = gates;
  const one = (name: string, planned: PlannedMetric): PlannedMetric =>
    metrics.includes(name)
      ? { margin: margin ?? planned.margin, required: true }
      : { margin: planned.margin, required: false, unjudged: true };
  const named = NAMED.flatMap((name) => {
    const planned = gates[name];
    return planned && metrics.includes(name) ? [[name, one(name, planned)] as const] : [];
  });
  return {
    alpha,
    beta,
    minRequests: 1,
    errors: one('errors', gates.errors),
    rejected: one('rejected', gates.rejected),
    accuracy: one('accuracy', gates.accuracy),
    latency: {
      p50: one('latency.p50', latency.p50),
      p95: one('latency.p95', latency.p95),
      p99: one('latency.p99', latency.p99),
    },
    limits,
    ...Object.fromEntries(named),
  };
}
