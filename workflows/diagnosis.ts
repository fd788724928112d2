import { CancellationScope, condition } from '@temporalio/workflow';
import { formatDuration } from '../domain/duration.ts';
import { mirrorRoute, wholeRoute, type Sticky } from '../domain/route.ts';
import type { Run } from './run.ts';
import { retire } from './unwind.ts';

/** A version that left goes on getting copies of requests, so that people can find out what was wrong with it. */
export interface Diagnosis {
  /** The version that serves, and the one that left. */
  readonly serving: string;
  readonly left: string;
  readonly sticky: Sticky | null;
  readonly forMs: number;
}

/** Begins a diagnosis once traffic is back; false where the target cannot, which undoes nothing. */
export async function beginDiagnosis(run: Run, { serving, left, sticky }: Diagnosis): Promise<boolean> {
  try {
    await run.shift('rollback', 'diagnosis', mirrorRoute(serving, left, 100, sticky));
    return true;
  } catch (error) {
    run.journal.note({
      stage: 'rollback',
      reason: 'CleanupFailed',
      detail: { step: 'diagnosis', message: String(error) },
    });
    return false;
  }
}

/** Waits until its time is over, or somebody needs the endpoint; then the version that left is stopped. */
export async function endDiagnosis(run: Run, diagnosis: Diagnosis): Promise<void> {
  const { controls, journal, progress } = run;
  const { left, serving, sticky, forMs } = diagnosis;
  await CancellationScope.nonCancellable(async () => {
    progress.status.diagnosing = { version: left, until: new Date(Date.now() + forMs).toISOString() };
    progress.show();
    const ended = () => controls.endSoak || controls.stop !== null;
    const early = await condition(ended, forMs, {
      summary: `${left} gets copies of requests for ${formatDuration(forMs)}`,
    });
    try {
      await run.shift('rollback', 'diagnosed', wholeRoute(serving, sticky));
      await retire(run, left);
    } catch (error) {
      journal.note({ stage: 'rollback', reason: 'CleanupFailed', detail: { version: left, message: String(error) } });
    }
    progress.status.diagnosing = null;
    journal.note({ stage: 'done', reason: 'DiagnosisEnded', detail: { version: left, early } });
    await journal.flushed();
  });
}
