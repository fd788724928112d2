import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { retrainWorkflowId } from '../../domain/ids.ts';
import type { RetrainStatus } from '../../domain/retrain-state.ts';
import { retrainStatusQuery } from '../../workflows/messages.ts';
import { Failure } from '../failure.ts';
import { rootCause } from '../rollouts/close.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { pause } from '../stack/wait-until.ts';
import type { RetrainStarted } from './start.ts';

const LOOK_EVERY_MS = 1_000;
const QUERY_MS = 3_000;

/** A look at the last retraining of an endpoint. */
export interface RetrainSighting {
  readonly workflowId: string;
  readonly runId: string;
  /** As Temporal names it: `RUNNING`, `COMPLETED`, `FAILED`, … */
  readonly state: string;
  /** `null` when no worker answered. */
  readonly status: RetrainStatus | null;
  /** Why it ended in error, whole. */
  readonly failure: string | null;
}

/** @throws Failure `not_found` where nothing was ever retrained */
export async function lookAtRetraining(client: Client, place: Place): Promise<RetrainSighting> {
  const workflowId = retrainWorkflowId(place.target, place.endpoint);
  const { runId, status } = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      throw new Failure(
        `no retraining of ${place.target}/${place.endpoint} is known; \`slipway retrain ${shortPlace(place)}\` starts one`,
        { code: 'not_found' },
      );
    });
  const handle = client.workflow.getHandle(workflowId, runId);
  const answered = client.withDeadline(Date.now() + QUERY_MS, () => handle.query(retrainStatusQuery));
  return {
    ...{ workflowId, runId, state: status.name },
    status: await answered.catch(() => null),
    failure: status.name === 'FAILED' ? await failureOf(handle.result()) : null,
  };
}

/** Looks every second until it is known what came of it: a rollout, a failure, or nothing. */
export async function* followRetraining(
  client: Client,
  { runId, how, ...place }: RetrainStarted,
): AsyncGenerator<RetrainSighting> {
  for (;;) {
    const seen = await lookAtRetraining(client, place);
    // What was asked for again is the next run under the id.
    if (how !== 'again' || seen.runId !== runId) {
      yield seen;
      if (seen.state !== 'RUNNING' || seen.status?.outcome) return;
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** Cancels it: a job that runs is ended first. @throws Failure `not_running` */
export async function cancelRetraining(client: Client, place: Place): Promise<void> {
  const { workflowId, runId, state } = await lookAtRetraining(client, place);
  if (state !== 'RUNNING')
    throw new Failure(`no retraining of ${place.target}/${place.endpoint} is under way`, { code: 'not_running' });
  await client.workflow.getHandle(workflowId, runId).cancel();
}

async function failureOf(result: Promise<unknown>): Promise<string | null> {
  const error = await result.then(() => null).catch((reason: unknown) => reason);
  return error instanceof WorkflowFailedError ? rootCause(error).message : null;
}
