import type { Expected } from '../clean-run.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { metricsOf } from './margins.ts';
import { slowed } from './latency-law.ts';

/** A way for a candidate to be bad. */
export interface Fault {
  /** `dead`, or the metric that is worse by twice its margin. */
  readonly name: string;
  /** What is expected of the candidate's answers, given what is of stable's. */
  readonly answers: (stable: Expected) => Expected;
}

const DEAD: Fault = { name: 'dead', answers: (stable) => ({ ...stable, errors: 1 }) };

/** From which quantile on answers are slow that make this one slow: the whole, a fifth, a twentieth of them. */
const SLOW_FROM: Readonly<Record<string, number>> = { 'latency.p50': 0, 'latency.p95': 0.8, 'latency.p99': 0.95 };

/** Worse than the margin beyond any doubt. */
export const TIMES = 2;

/** A candidate that gives no answer, and one for each metric of requests that is worse by twice its margin. */
export function faultsOf({ gates }: RolloutPlan, { labelled }: { readonly labelled: boolean }): Fault[] {
  const worse = metricsOf(gates).flatMap(({ metric, margin, required }): Fault[] => {
    const by = TIMES * margin;
    const from = SLOW_FROM[metric];
    if (from !== undefined)
      return [{ name: metric, answers: (stable) => ({ ...stable, latency: slowed(stable.latency, by, from) }) }];
    const raised = (share: number) => Math.min(share + by, 1);
    switch (metric) {
      case 'errors':
        return [{ name: metric, answers: (stable) => ({ ...stable, errors: raised(stable.errors) }) }];
      case 'rejected':
        return [{ name: metric, answers: (stable) => ({ ...stable, rejected: raised(stable.rejected) }) }];
      case 'accuracy':
        if (!required && !labelled) return [];
        return [{ name: metric, answers: (stable) => ({ ...stable, wrong: raised(stable.wrong) }) }];
      default:
        return [];
    }
  });
  return [DEAD, ...worse];
}
