import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ActivityFailure, ParentClosePolicy, startChild, TimeoutFailure } from '@temporalio/workflow';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { RetrainFacts, StartedRollout } from '../../domain/retrain-state.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { rolloutOptions } from '../messages.ts';
import { watching } from '../proxies.ts';
import type { rollout } from '../rollout.ts';
import type { RetrainProgress } from './progress.ts';

/**
 * Starts the rollout of a new version under the endpoint's one id, behind whatever has it now; `null` when the endpoint does not
 * get free in time, or is not to be waited for.
 */
export async function rollOut(
  { spec, plan }: RetrainFacts,
  version: string,
  progress: RetrainProgress,
): Promise<StartedRollout | null> {
  const { target, endpoint, retrainId, by } = progress.status;
  const deadline = Date.now() + plan.maxWaitMs;
  for (;;) {
    progress.phase('starting', { detail: `version ${version} of ${spec.model}` });
    const started = await start(
      { ...spec, version },
      { by: `${by ?? 'unknown'}, by retraining`, requestId: retrainId },
    );
    if (started) return started;
    const left = deadline - Date.now();
    if (plan.onBusy === 'skip' || left <= 0) return null;
    progress.phase('waiting', { detail: `until ${rolloutWorkflowId(target, endpoint)} has ended` });
    if (!(await isFreeWithin(left, { target, endpoint }))) return null;
  }
}

async function start(
  spec: RolloutSpec,
  { by, requestId }: { by: string; requestId: string },
): Promise<StartedRollout | null> {
  const { workflowId, ...options } = rolloutOptions({ spec, by, requestId });
  try {
    const child = await startChild<typeof rollout>('rollout', {
      ...options,
      workflowId,
      // It outlives the retraining, and is steered under its own id.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: 'ABANDON',
    });
    return { workflowId, runId: child.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

async function isFreeWithin(ms: number, place: { target: string; endpoint: string }): Promise<boolean> {
  try {
    const summary = 'until the endpoint is free';
    await watching.untilFree.executeWithOptions({ summary, scheduleToCloseTimeout: ms, startToCloseTimeout: ms }, [
      place,
    ]);
    return true;
  } catch (error) {
    if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) return false;
    throw error;
  }
}
