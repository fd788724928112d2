import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { rolloutOptions, supersedeSignal } from '../../workflows/messages.ts';
import { busyFailure } from './busy.ts';
import { describe, look } from './look.ts';
import { Failure } from '../failure.ts';
import { workflowIdOf, type Place } from './place.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { Sighting } from './sighting.ts';

export interface StartRequest {
  readonly spec: RolloutSpec;
  readonly by: string;
  /** A repeated start with the same id attaches to the first one, whether that still runs or has ended. */
  readonly requestId: string;
  readonly supersede: boolean;
  /** Called before waiting for the rollout that is superseded. */
  readonly onSupersede?: (running: Sighting) => void;
}

export interface Started extends Place {
  readonly workflowId: string;
  readonly runId: string;
  /** A start with the same request id came first. */
  readonly attached: boolean;
}

/**
 * Starts a rollout.
 *
 * @throws Failure `busy`, naming the rollout that has the endpoint
 */
export async function startRollout(client: Client, request: StartRequest): Promise<Started> {
  const place = placeOf(request.spec);
  const workflowId = workflowIdOf(place);
  for (;;) {
    const before = await latestRequest(client, place);
    if (before?.requestId === request.requestId) return { ...place, workflowId, runId: before.runId, attached: true };
    try {
      const runId = await begin(client, request);
      return { ...place, workflowId, runId, attached: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const running = await look(client, place);
    if (running.close || running.requestId === request.requestId) continue;
    // What only looks into a version that left is ended by whoever needs the endpoint.
    if (!request.supersede && !running.status?.diagnosing) throw busyFailure(running);
    request.onSupersede?.(running);
    const handle = client.workflow.getHandle(workflowId, running.runId);
    await handle.signal(supersedeSignal, { by: request.by, reason: 'a newer rollout was started' });
    await handle.result().catch(() => undefined); // However it ends, the endpoint is free then.
  }
}

async function latestRequest(client: Client, place: Place): Promise<{ runId: string; requestId: unknown } | null> {
  try {
    const { runId, memo } = await describe(client, place);
    return { runId, requestId: memo?.['requestId'] };
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

export function placeOf({ target = 'local', endpoint }: RolloutSpec): Place {
  return { target, endpoint };
}

async function begin(client: Client, { spec, by, requestId }: StartRequest): Promise<string> {
  const handle = await client.workflow.start('rollout', {
    ...rolloutOptions({ spec, by, requestId }),
    workflowIdConflictPolicy: 'FAIL',
  });
  return handle.firstExecutionRunId;
}
