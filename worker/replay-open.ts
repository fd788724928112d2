import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { TASK_QUEUES } from '../workflows/messages.ts';

/** How an open workflow would fare if a worker with this code took it up now. */
export interface Replayed {
  readonly workflowId: string;
  readonly runId: string;
  /** Events that were replayed. */
  readonly events: number;
  /** Why it would break; `null` where it goes on. */
  readonly fault: string | null;
}

/**
 * Replays the histories of every open workflow on Slipway's queue against workflow code; changes nothing on the server.
 *
 * @example
 * for await (const { workflowId, fault } of replayOpen({ client, workflowBundle })) console.log(workflowId, fault);
 */
export async function* replayOpen(parts: {
  client: Client;
  workflowBundle: WorkflowBundleOption;
  /** As the workers have it: a replay compares what was decided, and decisions follow from payloads. */
  dataConverter?: DataConverter;
}): AsyncIterable<Replayed> {
  const { client, workflowBundle, dataConverter } = parts;
  const events = new Map<string, number>();
  const options = { workflowBundle, ...(dataConverter && { dataConverter }) };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(options, histories(client, events)))
    yield { workflowId, runId, events: events.get(workflowId) ?? 0, fault: error ? plain(error.message) : null };
}

async function* histories(client: Client, counted: Map<string, number>) {
  const query = `TaskQueue = '${TASK_QUEUES.workflows}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    try {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      counted.set(workflowId, history.events?.length ?? 0);
      yield { workflowId, history };
    } catch (error) {
      // It closed, and was forgotten, since it was listed.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** The one sentence in what the SDK says: a failure of the code itself is wrapped in its own account of it. */
function plain(message: string): string {
  const wrapped = /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  const whole = wrapped?.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)) ?? message;
  return whole.split('\n', 1)[0] ?? whole;
}
