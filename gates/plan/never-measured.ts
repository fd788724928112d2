import type { NamedMetric } from '../../domain/named-metrics.ts';
import type { PlanFinding } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { LABELLED } from '../metrics/named.ts';
import { listed } from './finding.ts';
import { showShare } from './round.ts';

/** Metrics that the gates know and no target measures yet. */
const NOBODY_MEASURES: readonly NamedMetric[] = ['violations'];
/** And those that only some machines tell. */
const ON_GPUS: readonly NamedMetric[] = ['gpu', 'gpuMemory'];

/** Metrics that wait for what can never come. That labels come late, or may not come, is no fault of the plan. */
export function neverMeasured(plan: RolloutPlan): PlanFinding[] {
  const { gates, target } = plan;
  const { sample } = plan.serving.capture;
  const unmeasured = NOBODY_MEASURES.filter((name) => gates[name]).map((name): PlanFinding => {
    const path = `gates.${name}`;
    return gates[name]?.required
      ? {
          path,
          message: `it has to be proved, but ${target} does not measure it, so no step ever passes: leave it out`,
          remedies: [],
        }
      : { path, message: `it can never fail, since ${target} does not measure it: leave it out`, remedies: [] };
  });
  const waiting = (['accuracy', ...LABELLED] as const).filter((name) => gates[name]?.required);
  const findings: (PlanFinding | false)[] = [
    sample === 0 &&
      waiting.length > 0 && {
        path: 'capture.sample',
        message: `no prediction is kept, so no label can be compared with one, but ${listed(waiting, 'and')} must be proved`,
        remedies: [{ paths: ['capture.sample'], value: 1 }],
      },
    sample === 0 &&
      gates.drift !== undefined && {
        path: 'gates.drift',
        message: 'it can never fail: no body is looked at where capture.sample is 0',
        remedies: [{ paths: ['capture.sample'], value: 1 }],
      },
    ...(['firstToken', 'outputTokens'] as const).map(
      (name) =>
        sample === 0 &&
        gates[name]?.required === true && {
          path: `gates.${name}`,
          message: 'it has to be proved, but no answer is looked at where capture.sample is 0, so no step ever passes',
          remedies: [{ paths: ['capture.sample'], value: 1 }],
        },
    ),
    gates.coverage !== undefined &&
      sample > 0 &&
      gates.coverage.least > sample && {
        path: 'gates.coverage.least',
        message: `labels count only for predictions whose body is kept, ${showShare(sample)} of them (capture.sample), which is less than ${showShare(gates.coverage.least)}`,
        remedies: [{ paths: ['capture.sample'], value: 1 }],
      },
  ];
  return [...unmeasured, ...findings.filter((finding) => finding !== false)];
}

/** What only some machines measure: a plan does not know where it will run. */
export function measuredOnSome({ gates, target }: RolloutPlan): PlanFinding[] {
  return ON_GPUS.filter((name) => gates[name]).map((name) => {
    const place = `only where the serving host of ${target} finds nvidia-smi and model servers use a GPU`;
    const otherwise = gates[name]?.required ? 'elsewhere the last step never passes' : 'elsewhere it can never fail';
    return { path: `gates.${name}`, message: `it is measured ${place}; ${otherwise}`, remedies: [] };
  });
}
