import type { PlanFinding } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';
import type { Traffic } from './traffic.ts';
import { LABELLED } from '../metrics/named.ts';
import { QUANTILES } from '../latency.ts';
import { budgetCautions } from './budget.ts';
import { formatDuration } from '../../domain/duration.ts';
import { indexToMs } from '../histogram.ts';
import { latencyLaw } from './latency-law.ts';
import { latencyTolerance } from '../margin.ts';
import { listed } from './finding.ts';
import { marginPath } from './margins.ts';
import { showShare } from './round.ts';

/** What may keep a rollout from going on although its plan is in order. */
export function trafficCautions(plan: RolloutPlan, traffic: Traffic | null, needs: readonly StepNeed[]): PlanFinding[] {
  return [
    ...labelCautions(plan, traffic),
    ...(traffic
      ? [...budgetCautions(plan, traffic, needs), ...limitCautions(plan, traffic), ...latencyCautions(plan, traffic)]
      : []),
  ];
}

function labelCautions({ gates }: RolloutPlan, traffic: Traffic | null): PlanFinding[] {
  const required = (['accuracy', ...LABELLED] as const).filter((name) => gates[name]?.required);
  const path = `gates.${required[0]}.required`;
  if (required.length === 0) return [];
  const must = `${listed(required, 'and')} must be proved`;
  if (traffic?.labelled === 0)
    return [
      { path, message: `${must}, but none of the last requests has a label: nothing passes without`, remedies: [] },
    ];
  return [{ path, message: `${must}: no step passes before labels arrive for the candidate`, remedies: [] }];
}

/** Limits that stable itself exceeds send every candidate back in the soak that is no better. */
function limitCautions({ gates: { limits }, soak }: RolloutPlan, traffic: Traffic): PlanFinding[] {
  if (!soak) return [];
  const p99 = traffic.latency === null ? 0 : indexToMs(latencyLaw(traffic.latency)(0.99));
  const back = 'a candidate like it goes back in the soak';
  const findings: (PlanFinding | false)[] = [
    traffic.errors > limits.errorRate && {
      path: 'gates.limits.errorRate',
      message: `stable itself has ${showShare(traffic.errors)} errors, more than the limit of ${showShare(limits.errorRate)}: ${back}`,
      remedies: [],
    },
    limits.p99Ms !== null &&
      p99 > limits.p99Ms && {
        path: 'gates.limits.p99Ms',
        message: `stable's own p99 is ${Math.round(p99)} ms, more than the limit of ${limits.p99Ms} ms: ${back}`,
        remedies: [],
      },
  ];
  return findings.filter((finding) => finding !== false);
}

/** Slowdowns that nobody goes back for, and that the time limit ends before they are reached. */
function latencyCautions({ gates, serving }: RolloutPlan, { latency }: Traffic): PlanFinding[] {
  if (latency === null) return [];
  const law = latencyLaw(latency);
  return QUANTILES.flatMap(({ name, metric, quantile }): PlanFinding[] => {
    const { margin } = gates.latency[name];
    const threshold = indexToMs(law(quantile)) * (1 + latencyTolerance(margin));
    if (threshold < serving.timeoutMs) return [];
    const now = Math.round(indexToMs(law(quantile)));
    return [
      {
        path: marginPath(metric),
        message: `nobody goes back for ${metric}: stable's is ${now} ms, and serving.timeout (${formatDuration(serving.timeoutMs)}) ends what would be too slow`,
        remedies: [],
      },
    ];
  });
}
