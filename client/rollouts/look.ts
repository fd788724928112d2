import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { ATTRIBUTES, statusQuery } from '../../workflows/messages.ts';
import { aftermathOf } from './aftermath.ts';
import { closeOf } from './close.ts';
import { Failure } from '../failure.ts';
import { shortPlace, workflowIdOf, type Place } from './place.ts';
import type { Attributes, PendingActivity, Sighting } from './sighting.ts';
import type { RolloutStatus } from '../../domain/rollout-state.ts';

/** A worker that lives answers in milliseconds; without one, the server would wait ten seconds. */
const QUERY_MS = 3_000;

/**
 * Looks at the latest run on an endpoint, or at the given one.
 *
 * @throws Failure `not_found` where nothing ever ran
 */
export async function look(client: Client, place: Place, runId?: string): Promise<Sighting> {
  const workflowId = workflowIdOf(place);
  const description = await describe(client, place, runId);
  const handle = client.workflow.getHandle(workflowId, description.runId);
  const [status, close] = await Promise.all([
    queryStatus(client, workflowId, description.runId),
    closeOf(handle, description),
  ]);
  const { workflowExecutionInfo: info, pendingActivities } = description.raw;
  const pending = pendingActivities ?? [];
  return {
    ...place,
    workflowId,
    runId: description.runId,
    firstRunId: info?.firstRunId || description.runId,
    type: description.type,
    startedAt: description.startTime.toISOString(),
    closedAt: description.closeTime?.toISOString() ?? null,
    by: textOf(description.memo?.['by']),
    requestId: textOf(description.memo?.['requestId']),
    attributes: readAttributes(description),
    status,
    live: await liveVerdict(client, pending),
    pending: await Promise.all(pending.map((activity) => readPending(client, activity))),
    close,
    aftermath: await aftermathOf(client, close, QUERY_MS),
  };
}

export async function describe(client: Client, place: Place, runId?: string): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(workflowIdOf(place), runId).describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Failure(
      `nothing has been rolled out to ${place.target}/${place.endpoint}, as far as Temporal remembers; \`slipway list\` shows what has, \`slipway history ${shortPlace(place)}\` asks the ledger`,
      { code: 'not_found' },
    );
  }
}

export function readAttributes({
  typedSearchAttributes,
}: Pick<WorkflowExecutionDescription, 'typedSearchAttributes'>): Attributes {
  return {
    model: textOf(typedSearchAttributes.get(ATTRIBUTES.model)),
    candidate: textOf(typedSearchAttributes.get(ATTRIBUTES.candidate)),
    stage: textOf(typedSearchAttributes.get(ATTRIBUTES.stage)),
    outcome: textOf(typedSearchAttributes.get(ATTRIBUTES.outcome)),
    weight: typedSearchAttributes.get(ATTRIBUTES.weight) ?? null,
    paused: typedSearchAttributes.get(ATTRIBUTES.paused) ?? false,
  };
}

/** `null` when no worker answers in time, whatever the reason: what Temporal itself knows has to do then. */
async function queryStatus(client: Client, workflowId: string, runId: string): Promise<RolloutStatus | null> {
  const handle = client.workflow.getHandle(workflowId, runId);
  return client.withDeadline(Date.now() + QUERY_MS, () => handle.query(statusQuery)).catch(() => null);
}

type RawActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

async function readPending(
  { options }: Client,
  { activityType, attempt, lastFailure }: RawActivity,
): Promise<PendingActivity> {
  const failure = await decodeOptionalFailureToOptionalError(options.loadedDataConverter, lastFailure);
  return { type: activityType?.name ?? '', attempt: attempt ?? 1, lastFailure: failure?.message ?? null };
}

/** The watcher tells with every heartbeat how its gate stands. */
async function liveVerdict({ options }: Client, pending: readonly RawActivity[]): Promise<Sighting['live']> {
  const payloads = pending.find(({ activityType }) => activityType?.name === 'watchGate')?.heartbeatDetails?.payloads;
  if (!payloads) return null;
  // A heartbeat that cannot be read is no reason not to show the rest.
  const decoded = decodeFromPayloadsAtIndex<Sighting['live']>(options.loadedDataConverter, 0, payloads);
  const shown = await decoded.catch(() => null);
  return shown && typeof shown.summary === 'string' ? shown : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
