import type { Client, WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { expect, vi } from 'vitest';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { RolloutStatus } from '../../domain/rollout-state.ts';
import { statusQuery, TASK_QUEUES } from '../../workflows/messages.ts';
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

/** By the workflow's word, not the route's: the test server loses a cancellation that comes as the step that set the weight ends. */
export async function untilWeight(handle: WorkflowHandle, weight: number): Promise<void> {
  await untilStatus(handle, ({ desiredWeight }) => desiredWeight === weight);
}

/** The first status seen that is as wanted. */
export async function untilStatus(
  handle: WorkflowHandle,
  isWanted: (status: RolloutStatus) => boolean,
): Promise<RolloutStatus> {
  const look = async () => {
    const status = await handle.query(statusQuery);
    expect(isWanted(status), JSON.stringify(status)).toBe(true);
    return status;
  };
  return vi.waitFor(look, { timeout: 20_000, interval: 20 });
}
