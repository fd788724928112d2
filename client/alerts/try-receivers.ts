import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';
import type { NotifyInput, NotifyResult } from '../../domain/notify-test.ts';
import { isPolled } from '../../temporal/pollers.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';
import { Failure } from '../failure.ts';

const ANSWER_MS = 5_000;
const STARTING_MS = 2_000;
const LOOK_MS = 200;
const LIMIT = '90s';

/** What one receiver answered to an alert and to its end, or why it got none. */
export interface TriedReceiver {
  readonly receiver: string;
  readonly delivered: boolean;
  readonly firing: string;
  readonly resolved: string;
}

/**
 * Has the worker try receivers, since it is the worker's environment that holds their secrets.
 *
 * @throws Failure `no_worker`
 */
export async function tryReceivers(client: Client, input: NotifyInput): Promise<TriedReceiver[]> {
  if (!(await client.withDeadline(Date.now() + ANSWER_MS, () => isThere(client))))
    throw noWorker('no worker asks for work, and it is the worker that sends alerts');
  const handle = await client.workflow.start('notify', {
    workflowId: `notify.${randomUUID()}`,
    taskQueue: TASK_QUEUES.workflows,
    workflowExecutionTimeout: LIMIT,
    args: [input],
    staticSummary: `a test of receivers, by ${input.by ?? 'unknown'}`,
  });
  const { firing, resolved } = (await handle.result().catch((error: unknown) => {
    if (error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure)
      throw noWorker(`no worker answered within ${LIMIT}`);
    throw error;
  })) as NotifyResult;
  return firing.map((told, place) => {
    const over = resolved[place] ?? told;
    const delivered = 'answer' in told && 'answer' in over;
    return { receiver: told.receiver, delivered, firing: wordsOf(told), resolved: wordsOf(over) };
  });
}

/** Whether a worker asks for work; one that has just been started may need a moment to. */
async function isThere(client: Client): Promise<boolean> {
  const deadline = Date.now() + STARTING_MS;
  while (!(await isPolled(client, TASK_QUEUES.workflows))) {
    if (Date.now() > deadline) return false;
    await delay(LOOK_MS);
  }
  return true;
}

function wordsOf(delivery: NotifyResult['firing'][number]): string {
  return 'answer' in delivery ? delivery.answer : delivery.problem;
}

function noWorker(what: string): Failure {
  return new Failure(`${what}: start one with \`slipway up\`, then test again`, { code: 'no_worker' });
}
