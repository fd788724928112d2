import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, sleep, startChild } from '@temporalio/workflow';
import type { RetrainInput } from '../domain/retrain-state.ts';
import { againSignal, retrainOptions } from './messages.ts';
import type { retrain } from './retrain.ts';

/** `again`: behind one that cooled down; one that was under way is the one that was asked for. */
export interface ScheduledRetrain {
  readonly how: 'started' | 'again';
}

/**
 * What a schedule starts at its time: a retraining, cool-down or not, and never a second one beside the first. The retraining
 * outlives it, so that the schedule sees none as late.
 */
export async function scheduledRetrain(input: RetrainInput): Promise<ScheduledRetrain> {
  const { workflowId, ...options } = retrainOptions(input);
  for (;;) {
    try {
      const parentClosePolicy = ParentClosePolicy.ABANDON;
      await startChild<typeof retrain>('retrain', { ...options, workflowId, parentClosePolicy });
      return { how: 'started' };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const { by, reason } = input;
    const message = { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
    try {
      await getExternalWorkflowHandle(workflowId).signal(againSignal, message);
      return { how: 'again' };
    } catch {
      // It has closed since: the next start finds its id free.
      await sleep('1s');
    }
  }
}
