import type { RampState } from './ramp.ts';
import type { RampStep } from './allowance.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { describeOverspending, isOutOfBudget, rampObstacles, rampReading } from './allowance.ts';

/** What a ramp adds to the verdict of a gate. */
export interface RampJudgement {
  readonly reading: NonNullable<Verdict['ramp']>;
  /** What keeps the step from passing besides the gate's metrics; in words. */
  readonly obstacles: readonly string[];
  /** Why the candidate has to go back at once; `null` while the budget covers it. */
  readonly overspent: string | null;
}

/** What the ramp says now; `null` where the question has none. */
export function judgeRamp(state: RampState | undefined, step: RampStep): RampJudgement | null {
  const { ramp } = step.plan;
  if (!ramp || !state) return null;
  return {
    reading: rampReading(state, ramp, step),
    obstacles: rampObstacles(state, ramp, step),
    overspent: isOutOfBudget(state, ramp, step) ? describeOverspending(state, ramp) : null,
  };
}
