import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { ATTRIBUTES } from '../../workflows/messages.ts';
import { readAttributes } from './look.ts';
import type { Attributes } from './sighting.ts';
import type { Place } from './place.ts';

export interface ListFilter {
  readonly endpoint?: string;
  readonly target?: string;
  readonly model?: string;
  /** Only those that have not closed. */
  readonly open?: boolean;
  readonly limit: number;
}

export interface ListedRollout extends Place {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** As Temporal names it: `RUNNING`, `COMPLETED`, … */
  readonly state: string;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly by: string | null;
  readonly attributes: Attributes;
}

/** What ran on endpoints, newest first. */
export async function listRollouts(client: Client, filter: ListFilter): Promise<ListedRollout[]> {
  const found: ListedRollout[] = [];
  for await (const info of client.workflow.list({ query: visibilityQuery(filter) })) {
    found.push(listed(info));
    if (found.length >= filter.limit) break;
  }
  return found;
}

/** A soak's earlier histories belong to the run that goes on. */
export function visibilityQuery({ endpoint, target, model, open }: ListFilter): string {
  const parts = [`WorkflowType IN ('rollout', 'rollback', 'drill')`, `ExecutionStatus != 'ContinuedAsNew'`];
  if (endpoint !== undefined) parts.push(`${ATTRIBUTES.endpoint.name} = ${quote(endpoint)}`);
  if (target !== undefined) parts.push(`${ATTRIBUTES.target.name} = ${quote(target)}`);
  if (model !== undefined) parts.push(`${ATTRIBUTES.model.name} = ${quote(model)}`);
  if (open) parts.push(`ExecutionStatus = 'Running'`);
  return parts.join(' AND ');
}

function listed(info: WorkflowExecutionInfo): ListedRollout {
  const by = info.memo?.['by'];
  return {
    target: info.typedSearchAttributes.get(ATTRIBUTES.target) ?? '',
    endpoint: info.typedSearchAttributes.get(ATTRIBUTES.endpoint) ?? '',
    workflowId: info.workflowId,
    runId: info.runId,
    type: info.type,
    state: info.status.name,
    startedAt: info.startTime.toISOString(),
    closedAt: info.closeTime?.toISOString() ?? null,
    by: typeof by === 'string' ? by : null,
    attributes: readAttributes(info),
  };
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
