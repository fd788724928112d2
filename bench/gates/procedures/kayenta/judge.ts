import type { MinutePoint } from '../per-minute.ts';
import type { Procedure } from '../procedure.ts';
import { classify, type Classification } from './classify.ts';
import { minutePoints } from '../per-minute.ts';

/** `scoreThresholds` of the repository's sample configurations. */
const PASS = 95;
const MARGINAL = 75;
/** Minutes between judgements, over a growing window. */
const INTERVAL = 10;

const METRICS: readonly { readonly of: keyof MinutePoint; readonly worse: 'increase' | 'decrease' }[] = [
  { of: 'errorRate', worse: 'increase' },
  { of: 'p50', worse: 'increase' },
  { of: 'p95', worse: 'increase' },
  { of: 'p99', worse: 'increase' },
  { of: 'accuracy', worse: 'decrease' },
  { of: 'aloneWrong', worse: 'increase' },
];

/**
 * Kayenta's standalone canary analysis (spinnaker/kayenta a69573b) with its Netflix judge: one group of metrics, one point a
 * minute, judged every ten minutes on all points so far.
 *
 * The score is the percentage of metrics with data that pass. A score of at most `marginal` ends the canary; at the end of
 * the hour, one of at least `pass` promotes it, and anything less does not.
 */
export const KAYENTA: Procedure = {
  name: 'Kayenta judge',
  open: ({ max_batches: last }) => {
    const points: ReturnType<typeof minutePoints>[] = [];
    return (batch) => {
      points.push(minutePoints(batch));
      if (batch.t % INTERVAL !== 0 && batch.t < last) return 'continue';
      const score = scoreOf(
        METRICS.map(({ of, worse }) =>
          classify(
            points.map(({ candidate }) => candidate[of]),
            points.map(({ stable }) => stable[of]),
            worse,
          ),
        ),
      );
      if (score <= MARGINAL) return 'rollback';
      if (batch.t < last) return 'continue';
      return score >= PASS ? 'promote' : 'rollback';
    };
  },
};

/** As `WeightedSumScorer`: errors are left out like missing data; none but missing data from half of the metrics scores 0. */
export function scoreOf(classifications: readonly Classification[]): number {
  const count = (...of: Classification[]) => classifications.filter((each) => of.includes(each)).length;
  if (count('Nodata') / classifications.length >= 0.5) return 0;
  const total = count('Pass', 'High', 'Low');
  return total === 0 ? 100 : (100 * count('Pass')) / total;
}
