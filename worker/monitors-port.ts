import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { MonitorsPort } from '../activities/monitor/ports.ts';
import { monitorWorkflowId } from '../domain/ids.ts';
import { monitorOptions, promotedSignal } from '../workflows/messages.ts';

/** Longest time to wait for one answer. */
const ANSWER_MS = 5_000;

/** The workflows `monitor` as activities start and tell them. */
export function createMonitorsPort(client: Client): MonitorsPort {
  const soon = <T>(call: () => Promise<T>) => client.withDeadline(Date.now() + ANSWER_MS, call);
  return {
    async promoted({ target, endpoint }, start) {
      const options = { ...monitorOptions(target, endpoint, 'slipway'), signal: promotedSignal };
      if (start) await soon(() => client.workflow.signalWithStart('monitor', options));
      else await soon(() => tell(client, monitorWorkflowId(target, endpoint)));
    },
  };
}

async function tell(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(promotedSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
