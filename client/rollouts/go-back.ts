import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RollbackStyle } from '../../domain/rollout-state.ts';
import { rollbackOptions } from '../../workflows/messages.ts';
import { describeRunning } from './busy.ts';
import { Failure } from '../failure.ts';
import { follow } from './follow.ts';
import { look } from './look.ts';
import { shortPlace, type Place } from './place.ts';

export interface RollbackRequest extends Place {
  /** Registry number; the version before the present champion when absent. */
  readonly version?: string;
  readonly by: string;
  readonly reason?: string;
  readonly style?: RollbackStyle;
  /** How long it takes to step back, or copies go on. */
  readonly forMs?: number;
}

/**
 * Puts an endpoint back on a version that served before, without gates; its run id.
 *
 * @throws Failure `busy` while a rollout runs, since going back then means aborting it
 */
export async function startRollback(client: Client, request: RollbackRequest): Promise<string> {
  const { target, endpoint } = request;
  try {
    const handle = await client.workflow.start('rollback', rollbackOptions(request));
    return handle.firstExecutionRunId;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const running = await look(client, request);
    const way = running.type === 'rollout' ? `; going back from it is \`slipway abort ${shortPlace(request)}\`` : '';
    throw new Failure(`${target}/${endpoint} is busy: ${describeRunning(running)}${way}`, { code: 'busy' });
  }
}

/** One that has its version in this time says so; one that waits for a registry or a worker goes on waiting by itself. */
const PREPARED_MS = 15_000;

/**
 * Returns once a rollback or drill knows what it is to do, or is still finding out after a while.
 *
 * @throws Failure `refused` with the reason, when it ended without touching the route
 */
export async function untilPrepared(
  client: Client,
  { runId, ...place }: Place & { readonly runId: string },
  refused = 'not rolled back',
): Promise<void> {
  const deadline = Date.now() + PREPARED_MS;
  for await (const { close, status } of follow(client, place, runId)) {
    if (close?.kind === 'failed') throw new Failure(`${refused}: ${close.message}`, { code: 'refused' });
    if (close || status?.rolloutId || Date.now() >= deadline) return;
  }
}
