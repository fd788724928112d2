import {
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { approveUpdate, promoteUpdate, type Approval, type Message } from '../../workflows/messages.ts';
import { describe } from './look.ts';
import { Failure } from '../failure.ts';
import { shortPlace, workflowIdOf, type Place } from './place.ts';

/** A worker that lives answers at once. */
const UPDATE_MS = 10_000;

/**
 * Sends a signal: durable the moment the server answers, also with no worker up; the id of the run that it was sent to.
 *
 * @throws Failure `not_running`
 */
export async function signalRollout(
  client: Client,
  place: Place,
  signal: SignalDefinition<[Message?]>,
  message: Message,
): Promise<string> {
  const { runId, type, status } = await describe(client, place);
  if (status.name !== 'RUNNING') throw notRunning(place);
  const mayAbort = type === 'drill' || type === 'rollback';
  if (type !== 'rollout' && !(mayAbort && signal.name === 'abort'))
    throw new Failure(`a ${type} runs on ${place.target}/${place.endpoint}, which cannot be told to ${signal.name}`, {
      code: 'not_running',
    });
  await client.workflow
    .getHandle(workflowIdOf(place), runId)
    .signal(signal, message)
    .catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? notRunning(place) : error;
    });
  return runId;
}

/** Approves the named gate; what the rollout answered. */
export async function approveGate(client: Client, place: Place, approval: Approval): Promise<string> {
  return update(client, place, approveUpdate, approval, `approve:${approval.gate}`);
}

/** Skips the remaining canary steps; what the rollout answered. */
export async function promoteRollout(client: Client, place: Place, message: Message): Promise<string> {
  return update(client, place, promoteUpdate, message, 'promote');
}

async function update<T extends Message>(
  client: Client,
  place: Place,
  definition: UpdateDefinition<string, [T]> | UpdateDefinition<string, [T?]>,
  message: T,
  name: string,
): Promise<string> {
  const { runId, status } = await describe(client, place);
  if (status.name !== 'RUNNING') throw notRunning(place);
  const handle = client.workflow.getHandle(workflowIdOf(place), runId);
  // The same id for the same act on the same run: trying again cannot do it twice.
  const options = { args: [message] as [T], updateId: `${name}:${runId}` };
  try {
    return await client.withDeadline(Date.now() + UPDATE_MS, () =>
      handle.executeUpdate(definition as UpdateDefinition<string, [T]>, options),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notRunning(place);
    if (error instanceof WorkflowUpdateFailedError)
      throw new Failure(`refused: ${error.cause?.message ?? error.message}`, { code: 'refused' });
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    throw new Failure(
      `unknown whether it was taken: no worker answered within ${UPDATE_MS / 1000} s. Start one (\`slipway up\`), then run the same command again; it is not applied twice`,
      { code: 'unknown' },
    );
  }
}

export function notRunning(place: Place): Failure {
  return new Failure(
    `no rollout runs on ${place.target}/${place.endpoint}; \`slipway get ${shortPlace(place)}\` shows how the last one ended`,
    { code: 'not_running' },
  );
}
