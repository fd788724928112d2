import { CancellationScope } from '@temporalio/workflow';
import { wholeRoute } from '../../domain/route.ts';
import type { Run } from '../run.ts';
import { retire } from '../unwind.ts';

/**
 * The soak is over: the old version leaves the route, then its server goes, and those of a test's further arms. Not before:
 * each takes a fence, and what the soak watches is counted under that of its route. A failure here undoes nothing.
 */
export async function settle(run: Run): Promise<void> {
  const { stable, journal } = run;
  if (!stable) return;
  await CancellationScope.nonCancellable(async () => {
    try {
      await run.shift('soak', 'settled', wholeRoute(run.candidate, run.sticky));
      for (const { key } of run.facts.arms ?? []) await retire(run, key);
      await retire(run, stable);
    } catch (error) {
      journal.note({ stage: 'soak', reason: 'CleanupFailed', detail: { version: stable, message: String(error) } });
    }
  });
}
