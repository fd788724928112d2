import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Arms, Half } from './arms.ts';
import type { TwoArms } from '../two-arms.ts';
import { bothArms, eachArm, tableOf } from './arms.ts';

const HALVES = {
  errors: ({ errors, n }) => ({ bad: errors, n }),
  timeouts: ({ timeouts, n }) => ({ bad: timeouts, n }),
  rejected: ({ rejected, n }) => ({ bad: rejected, n }),
  violations: ({ violations, n }) => (violations === undefined ? null : { bad: violations, n }),
} as const satisfies Record<string, (arm: ArmCounts) => Half | null>;

export type RequestMetric = keyof typeof HALVES;

/** Bad requests of both arms; `null` where the batch does not count them. Effect of the table: a log odds ratio. */
export function requestTable(metric: RequestMetric, arms: Arms<ArmCounts>): TwoArms | null {
  const halves = bothArms(eachArm(arms, (arm): Half | null => HALVES[metric](arm)));
  return halves && tableOf(halves);
}
