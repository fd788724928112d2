import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowFailure, isCancellation, ParentClosePolicy, rootCause, startChild } from '@temporalio/workflow';
import type { DrillInput } from '../domain/drill.ts';
import type { drill } from './drill.ts';
import { drillOptions } from './messages.ts';

/** `busy`: something else had the endpoint; `refused`: it may not be held, and `detail` says why. */
export interface ScheduledDrill {
  readonly how: 'held' | 'busy' | 'refused';
  readonly passed: boolean | null;
  readonly detail: string;
}

/** What a schedule starts at its time: a drill as by hand, refused where that would be. It never waits for the endpoint. */
export async function scheduledDrill(input: DrillInput): Promise<ScheduledDrill> {
  const { workflowIdConflictPolicy: _, ...options } = drillOptions(input);
  try {
    const parentClosePolicy = ParentClosePolicy.ABANDON;
    const held = await startChild<typeof drill>('drill', { ...options, parentClosePolicy });
    const { passed, detail } = await held.result();
    return { how: 'held', passed, detail };
  } catch (error) {
    if (isCancellation(error)) throw error;
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return { how: 'busy', passed: null, detail: 'something else has the endpoint' };
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    return { how: 'refused', passed: null, detail: rootCause(error) ?? error.message };
  }
}
