import { CancellationScope, allHandlersFinished, condition } from '@temporalio/workflow';
import type { RolloutResult } from '../domain/rollout-state.ts';
import type { StopRequest } from './controls.ts';
import { stoppedBy, type Ending } from './ending.ts';
import type { Progress } from './progress.ts';
import { quick } from './proxies.ts';
import type { Run } from './run.ts';

const CLOSING = { promoted: 'Promoted', rolled_back: 'RolledBack', aborted: 'Aborted', held: 'Held' } as const;

/** Closes the books: the last ledger entry, then report, tags and notices. */
export async function finish(run: Run, ending: Ending): Promise<RolloutResult> {
  const { facts, progress, journal } = run;
  const { outcome, reason, detail, verdict } = ending;
  const serving =
    ending.serving ?? (outcome === 'promoted' ? facts.candidate.key : (facts.snapshot.stable?.key ?? null));
  return CancellationScope.nonCancellable(async () => {
    journal.note({
      stage: 'done',
      reason: CLOSING[outcome],
      detail: { outcome, reason, message: detail, serving },
      evidence: verdict,
    });
    await journal.flushed();
    await publish(run, ending);
    Object.assign(progress.status, { reason, detail });
    progress.outcome(outcome);
    await condition(allHandlersFinished);
    if (ending.cancelled) throw ending.cancelled;
    return { rolloutId: facts.rolloutId, outcome, reason, detail, candidate: facts.candidate.key, serving, verdict };
  });
}

/** Ends a rollout that was stopped before it had a place in the ledger: nothing was started, so there is nothing to undo. */
export async function stoppedInPreflight(progress: Progress, stop: StopRequest): Promise<RolloutResult> {
  const { outcome, reason, detail, verdict } = stoppedBy(stop);
  progress.interrupt('failed', detail);
  Object.assign(progress.status, { reason, detail });
  progress.outcome(outcome);
  await condition(allHandlersFinished);
  return { rolloutId: null, outcome, reason, detail, candidate: null, serving: null, verdict };
}

/** Report, tags and notices; the rollout has ended without them, so they do not keep the endpoint locked for ever. */
async function publish({ facts, journal }: Run, { outcome, reason, detail, verdict }: Ending): Promise<void> {
  try {
    await quick.publishOutcome.executeWithOptions({ summary: 'report, tags, ledger head, notices' }, [
      { facts, outcome, reason, detail, verdict },
    ]);
  } catch (error) {
    journal.note({ stage: 'done', reason: 'CleanupFailed', detail: { step: 'publish', message: String(error) } });
    await journal.flushed();
  }
}
