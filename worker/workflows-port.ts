import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Place, RunState, WorkflowsPort } from '../activities/doctor/ports.ts';
import type { AftermathInput } from '../domain/aftermath.ts';
import { placeOfWorkflow, rolloutWorkflowId } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isPolled } from '../temporal/pollers.ts';
import { abortSignal, aftermathOptions, ATTRIBUTES, rollbackOptions, TASK_QUEUES } from '../workflows/messages.ts';

/** Longest time to wait for one answer. */
const ANSWER_MS = 5_000;
/** The same for a list of any length. */
const LIST_MS = 30_000;

/** Temporal as doctor and janitor ask it. */
export function createWorkflowsPort(client: Client): WorkflowsPort {
  const handleOf = ({ target, endpoint }: Place, runId?: string) =>
    client.workflow.getHandle(rolloutWorkflowId(target, endpoint), runId);
  const soon = <T>(call: () => Promise<T>) => client.withDeadline(Date.now() + ANSWER_MS, call);

  return {
    latest: (place) => soon(() => latest(handleOf(place))),

    places: () => client.withDeadline(Date.now() + LIST_MS, () => places(client)),

    hasWorker: () => soon(() => isPolled(client, TASK_QUEUES.workflows)),

    async startRollback(input) {
      try {
        await soon(() => client.workflow.start('rollback', rollbackOptions(input)));
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },

    async abort(place, runId, message) {
      await soon(() => handleOf(place, runId).signal(abortSignal, message));
    },
  };
}

/** Begins the watch over a version that has its traffic back; a second time it finds the first. */
export async function startAftermath(client: Client, input: AftermathInput): Promise<void> {
  await client.workflow.start('aftermath', aftermathOptions(input)).catch((error: unknown) => {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  });
}

const OF_INTEREST = `WorkflowType IN ('rollout', 'rollback', 'drill') AND ExecutionStatus IN ('Running', 'Terminated', 'TimedOut')`;

async function places(client: Client): Promise<Place[]> {
  const found: Place[] = [];
  for await (const { workflowId } of client.workflow.list({ query: OF_INTEREST })) {
    const place = placeOfWorkflow('rollout', workflowId);
    if (place) found.push(place);
  }
  return found;
}

/** Stands where Temporal could not be connected to: every question is answered with the reason. */
export function noWorkflows(reason: string): WorkflowsPort {
  const refuse = () => Promise.reject(new Error(reason));
  return { latest: refuse, places: refuse, hasWorker: refuse, startRollback: refuse, abort: refuse };
}

async function latest(handle: ReturnType<Client['workflow']['getHandle']>): Promise<RunState | null> {
  try {
    const { runId, type, status, closeTime, raw, typedSearchAttributes } = await handle.describe();
    return {
      runId,
      firstRunId: raw.workflowExecutionInfo?.firstRunId || runId,
      type,
      status: status.name,
      stage: typedSearchAttributes.get(ATTRIBUTES.stage) ?? null,
      outcome: (typedSearchAttributes.get(ATTRIBUTES.outcome) ?? null) as Outcome | null,
      taskAttempts: raw.pendingWorkflowTask?.attempt ?? 0,
      closedAt: closeTime?.toISOString() ?? null,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
