import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { againSignal, ATTRIBUTES, retrainOptions } from '../../workflows/messages.ts';
import { retrainWorkflowId } from '../../domain/ids.ts';
import type { RetrainInput } from '../../domain/retrain-state.ts';
import type { Place } from '../rollouts/place.ts';

export interface RetrainStarted extends Place {
  readonly workflowId: string;
  readonly runId: string;
  /** `again`: behind this run, which was in its cool-down; `attached`: this run was under way already. */
  readonly how: 'started' | 'again' | 'attached';
}

/** Starts a retraining by hand: at once, cool-down or not; one that is under way is joined. */
export async function startRetraining(client: Client, input: RetrainInput): Promise<RetrainStarted> {
  const { target, endpoint, spec, by = 'unknown', reason } = input;
  const place = { target, endpoint, workflowId: retrainWorkflowId(target, endpoint) };
  for (;;) {
    try {
      const options = { ...retrainOptions(input), workflowIdConflictPolicy: 'FAIL' } as const;
      const { firstExecutionRunId } = await client.workflow.start('retrain', options);
      return { ...place, runId: firstExecutionRunId, how: 'started' };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const { runId, status, typedSearchAttributes } = await client.workflow.getHandle(place.workflowId).describe();
    // It has ended since, and nothing of it is left to join.
    if (status.name !== 'RUNNING') continue;
    if (typedSearchAttributes.get(ATTRIBUTES.stage) !== 'cooldown') return { ...place, runId, how: 'attached' };
    try {
      const message = { by, ...(reason !== undefined && { reason }), ...(spec && { spec }) };
      await client.workflow.getHandle(place.workflowId, runId).signal(againSignal, message);
      return { ...place, runId, how: 'again' };
    } catch (error) {
      // Its cool-down has just ended.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
