import type { PlanFinding } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';
import type { Traffic } from './traffic.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { STAGES, limitOf, placeOf } from './stage-times.ts';
import { describeRate } from './traffic.ts';
import { formatDuration } from '../../domain/duration.ts';
import { niceCount, niceDuration, showCount } from './round.ts';
import { requestsIn } from './step-needs.ts';

/** A step that gets fewer requests in its time than it asks for. */
export interface FewRequests extends PlanFinding {
  /** Whether a person says so, and the rollout ends there. */
  readonly hopeless: boolean;
}

/** Steps that get too few requests at this traffic, whatever these show; the first of each stage. */
export function fewRequests(plan: RolloutPlan, needs: readonly StepNeed[], traffic: Traffic): FewRequests[] {
  return STAGES.flatMap((stage): FewRequests[] => {
    const { path, least, what, policy } = askedOf(plan)[stage];
    const limitMs = limitOf(plan, stage);
    const [slowest] = needs.filter((need) => need.stage === stage).toSorted((a, b) => a.weight - b.weight);
    if (!slowest || requestsIn(limitMs, slowest, traffic) >= least) return [];
    const most = Math.floor(requestsIn(limitMs, slowest, traffic));
    const takes = (least * FULL_WEIGHT * 1_000) / (traffic.requestsPerSecond * slowest.weight);
    return [
      {
        path,
        message: `at ${describeRate(traffic)} ${placeOf(slowest)} gets ${showCount(most)} ${what} within ${stage}.maxDuration (${formatDuration(limitMs)}), but ${showCount(least)} are asked for`,
        remedies: [
          ...(most > 0 ? [{ paths: [path], value: niceCount(most) }] : []),
          { paths: [`${stage}.maxDuration`], value: niceDuration(takes) },
        ],
        hopeless: traffic.basis === 'given' && (policy === 'hold' || policy === 'rollback'),
      },
    ];
  });
}

function askedOf({ shadow, canary, gates }: RolloutPlan) {
  return {
    shadow: {
      path: 'shadow.minPairs',
      least: shadow?.minPairs ?? 0,
      what: 'pairs of answers',
      policy: shadow?.onInconclusive,
    },
    canary: {
      path: 'gates.minRequests',
      least: gates.minRequests,
      what: 'requests of the candidate',
      policy: canary.onInconclusive,
    },
  } as const;
}
