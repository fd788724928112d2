import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { DrillInput } from '../../domain/drill.ts';
import { drillOptions } from '../../workflows/messages.ts';
import { Failure } from '../failure.ts';
import { busyFailure } from './busy.ts';
import { look } from './look.ts';
import { untilPrepared } from './go-back.ts';

/**
 * Holds a rehearsal of rollback; the run id, once it is known to be one that may be held.
 *
 * @throws Failure `busy` while anything runs on the endpoint, `refused` with the reason where it may not be held
 */
export async function startDrill(client: Client, input: DrillInput): Promise<string> {
  try {
    const handle = await client.workflow.start('drill', drillOptions(input));
    const { firstExecutionRunId: runId } = handle;
    await untilPrepared(client, { ...input, runId }, 'no drill was held');
    return runId;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { message } = busyFailure(await look(client, input));
    throw new Failure(`no drill was held: ${message.split('\n')[0]}`, { code: 'busy' });
  }
}
