import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';
import type { rollout } from '../../workflows/index.ts';
import { freshEndpoint } from './temporal.ts';

export type RolloutHandle = WorkflowHandleWithFirstExecutionRunId<typeof rollout>;

/** Canary steps that tests know by name; without any, the weight follows a ramp. */
export const STEPS = [1, 5, 10, 25, 50];

/** Starts a rollout of `digits` on an endpoint of its own, with a validation set, five steps, a short soak, and otherwise the defaults. */
export async function startRollout(client: Client, spec: Partial<RolloutSpec> = {}): Promise<RolloutHandle> {
  const endpoint = spec.endpoint ?? freshEndpoint();
  const whole: RolloutSpec = {
    endpoint,
    model: 'digits',
    validate: { data: { source: 'data.csv', label: 'label' } },
    canary: { steps: STEPS },
    soak: { duration: '200ms', window: '100ms' },
    ...spec,
  };
  return client.workflow.start<typeof rollout>('rollout', {
    workflowId: rolloutWorkflowId('local', endpoint),
    taskQueue: TASK_QUEUES.workflows,
    args: [{ spec: whole, by: 'test' }],
  });
}
