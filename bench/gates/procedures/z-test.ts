import type { Procedure } from './procedure.ts';
import { ZScores } from './z-score.ts';

/** Normal quantiles at 0.05 / m, one-sided. */
const ONCE = [1.6449, 1.96, 2.128, 2.2414];

/** Constant limits for 60 equally spaced looks at 0.05 / m, one-sided, by numerical integration (Armitage et al. 1969). */
const POCOCK = [2.5461, 2.8189, 2.9655, 3.0648];

/** A look at every batch and every metric as if it were the only one: what a dashboard with stars does. */
export const Z_PEEKING: Procedure = zTest('z-test, peeking', 'each', () => 1.6449);

/** One look at the end, the metrics' number corrected for. */
export const Z_ONCE: Procedure = zTest('z-test, once at the end', 'last', (metrics) => ONCE[metrics - 1] ?? 2.2414);

/** Group-sequential with a constant limit (Pocock 1977), 60 looks and the metrics' number corrected for. */
export const POCOCK_TEST: Procedure = zTest(
  'group-sequential (Pocock)',
  'each',
  (metrics) => POCOCK[metrics - 1] ?? 3.0648,
);

function zTest(name: string, looks: 'each' | 'last', limit: (metrics: number) => number): Procedure {
  return {
    name,
    open: ({ max_batches: last }) => {
      const sums = new ZScores();
      return (batch) => {
        sums.add(batch);
        if (looks === 'last' && batch.t < last) return 'continue';
        const scores = sums.scores();
        if (scores.some((z) => z > limit(scores.length))) return 'rollback';
        return batch.t >= last ? 'promote' : 'continue';
      };
    },
  };
}
