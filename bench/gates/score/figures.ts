import type { Cost } from '../cost.ts';
import type { Outcome } from './play.ts';
import type { Summary } from './summary.ts';
import { HORIZON } from '../sim/scenario.ts';
import { quantile } from '../../benchmark.ts';
import { upperBound } from './interval.ts';

/** Runs of a scenario below which its own share says too little to be held to a goal. */
const ENOUGH_RUNS = 200;

/** What is measured, as upper limits: shares are percentages, what should be high is stated as what is missing. */
export function figuresOf(
  { worst, harmless, bad }: Summary,
  ramp: Summary,
  halfErrors: readonly Outcome[],
  { msPerBatch, stateBytes }: Cost,
): Record<string, number> {
  const percentOf = (share: number) => Math.round(share * 1e4) / 100;
  const minutes = (value: number) => (Number.isFinite(value) ? value : HORIZON);
  return {
    falseRollbackWorst: percentOf(worst.share),
    falseRollbackWorstUpper95: percentOf(worst.upper),
    falseRollbackMean: percentOf(harmless.rolledBack / harmless.runs),
    harmlessUnpromoted: percentOf(1 - harmless.promoted / harmless.runs),
    minutesToPromotion: minutes(harmless.minutesToPromotion),
    missedDetection: percentOf(1 - bad.rolledBack / bad.runs),
    wronglyPromoted: percentOf(bad.promoted / bad.runs),
    wronglyPromotedUpper95: percentOf(upperBound(bad.promoted, bad.runs)),
    wronglyPromotedAfterOnset: percentOf((bad.promoted - bad.promotedEarly) / bad.runs),
    badExposure: percentOf(bad.exposure),
    rampBadExposure: percentOf(ramp.bad.exposure),
    minutesToRollback: minutes(bad.minutesToRollback),
    halfErrorsBatches: minutes(
      quantile(
        halfErrors.map(({ decision, minute }) => (decision === 'rollback' ? minute : Infinity)),
        0.95,
      ),
    ),
    msPerBatch: Math.round(msPerBatch * 100) / 100,
    stateBytes,
  };
}

/** The goals; those on single scenarios only where each has enough runs. */
export function goalsFor(runs: number): Record<string, number> {
  return {
    ...(runs >= ENOUGH_RUNS && { falseRollbackWorst: 5, falseRollbackWorstUpper95: 7 }),
    harmlessUnpromoted: 25,
    minutesToPromotion: 30,
    missedDetection: 1,
    wronglyPromoted: 0.5,
    badExposure: 4,
    rampBadExposure: 2,
    minutesToRollback: 8,
    halfErrorsBatches: 1,
    msPerBatch: 5,
    stateBytes: 4_096,
  };
}
