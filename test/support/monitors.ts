import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Finding } from '../../domain/monitor.ts';
import { monitorOptions } from '../../workflows/messages.ts';
import type { monitor } from '../../workflows/index.ts';
import { freshEndpoint } from './temporal.ts';

export type MonitorHandle = WorkflowHandleWithFirstExecutionRunId<typeof monitor>;

/** Starts a monitor on an endpoint of its own. */
export function startMonitor(client: Client, endpoint = freshEndpoint()): Promise<MonitorHandle> {
  return client.workflow.start<typeof monitor>('monitor', monitorOptions('local', endpoint, 'test'));
}

/** Half of the requests fail. */
export const ERRORS: Finding = {
  kind: 'errors',
  subject: 'errors',
  severity: 'critical',
  summary: '50 % of requests failed',
  value: 0.5,
  limit: 0.05,
};
