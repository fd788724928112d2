import type { Client, WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { RetrainSpec } from '../../domain/retrain.ts';
import { expect, vi } from 'vitest';
import type { ReceiverSpec } from '../../domain/receivers.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { RetrainStatus } from '../../domain/retrain-state.ts';
import { retrainOptions, retrainStatusQuery } from '../../workflows/messages.ts';
import type { retrain as retrainWorkflow } from '../../workflows/index.ts';
import { STEPS } from './rollouts.ts';

export type RetrainHandle = WorkflowHandleWithFirstExecutionRunId<typeof retrainWorkflow>;

/** A rollout that is short, with a job. */
export function retrainedSpec(
  endpoint: string,
  retrain: Partial<RetrainSpec> = {},
  notify: ReceiverSpec[] = [],
): RolloutSpec {
  return {
    ...{ endpoint, model: 'digits', canary: { steps: STEPS }, soak: { duration: '200ms', window: '100ms' } },
    ...{ notify, retrain: { job: { command: ['train'] }, ...retrain } },
  };
}

/** Starts a retraining of `digits` whose rollout is short. */
export function startRetrain(
  client: Client,
  endpoint: string,
  retrain: Partial<RetrainSpec> = {},
  notify: ReceiverSpec[] = [],
): Promise<RetrainHandle> {
  const spec = retrainedSpec(endpoint, retrain, notify);
  return client.workflow.start<typeof retrainWorkflow>('retrain', {
    ...retrainOptions({ target: 'local', endpoint, by: 'ada', spec }),
    workflowIdConflictPolicy: 'FAIL',
  });
}

export async function untilRetrain(handle: Pick<WorkflowHandle, 'query'>, at: Partial<RetrainStatus>): Promise<void> {
  await vi.waitFor(async () => expect(await handle.query(retrainStatusQuery)).toMatchObject(at), { timeout: 30_000 });
}
