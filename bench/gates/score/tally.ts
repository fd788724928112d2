import type { Outcome } from './play.ts';
import { quantile } from '../../benchmark.ts';

/** What one procedure did over the runs of one scenario or several. Minutes are `NaN` where nothing of the kind happened. */
export interface Tally {
  readonly runs: number;
  readonly rolledBack: number;
  readonly promoted: number;
  /** Promoted before the fault's onset, counted in `promoted` too. */
  readonly promotedEarly: number;
  /** Median minutes from the fault's onset; 0 for a rollback before it. */
  readonly minutesToRollback: number;
  readonly minutesToPromotion: number;
  /** Mean, as a share. */
  readonly exposure: number;
}

/** Outcomes of a scenario whose fault begins after minute `onset`. */
export interface Series {
  readonly onset: number;
  readonly outcomes: readonly Outcome[];
}

export function tally(series: readonly Series[]): Tally {
  const all = series.flatMap(({ onset, outcomes }) => outcomes.map((outcome) => ({ ...outcome, onset })));
  const back = all.filter(({ decision }) => decision === 'rollback');
  const promoted = all.filter(({ decision }) => decision === 'promote');
  return {
    runs: all.length,
    rolledBack: back.length,
    promoted: promoted.length,
    promotedEarly: promoted.filter(({ minute, onset }) => minute <= onset).length,
    minutesToRollback: quantile(
      back.map(({ minute, onset }) => Math.max(0, minute - onset)),
      0.5,
    ),
    minutesToPromotion: quantile(
      promoted.map(({ minute }) => minute),
      0.5,
    ),
    exposure: all.reduce((sum, { exposure }) => sum + exposure, 0) / all.length,
  };
}
