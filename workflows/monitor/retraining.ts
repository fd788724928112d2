import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Incident } from '../../domain/incident.ts';
import { retrainOptions } from '../messages.ts';
import type { retrain } from '../retrain.ts';

/**
 * Begins a retraining that outlives the monitor, and says so as a sentence. One that is under way or cools down stands for
 * this one: what was found may be its doing, or be mended by it.
 */
export async function beginRetraining(
  place: { readonly target: string; readonly endpoint: string },
  incident: Incident,
): Promise<string> {
  const reason = `${incident.id}: ${incident.summary}`;
  try {
    await startChild<typeof retrain>('retrain', {
      ...retrainOptions({ ...place, by: 'monitor', reason }),
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    return 'a retraining has begun';
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return 'no further retraining begins, since one is under way or cools down';
  }
}
