import type { Client } from '@temporalio/client';
import { series, type Sample, type Series } from '../../domain/exposition.ts';
import type { OpenIncidents } from '../../domain/incident.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import { ATTRIBUTES, MEMO } from '../../workflows/messages.ts';
import { remembered } from './remembered.ts';

const QUERY = `WorkflowType = 'monitor' AND ExecutionStatus = 'Running'`;
/** Of more, the rest are not shown: each is a series of its own in Prometheus. */
const MOST = 2_000;
const FRESH_MS = 10_000;
const LIMIT_MS = 3_000;

/** What the monitors say is wrong, from one list of them at most every ten seconds; the same as before while Temporal does not answer. */
export function createOpenIncidents(client: Client): () => Promise<Series[]> {
  return remembered(FRESH_MS, [], () => look(client));
}

async function look(client: Client): Promise<Series[]> {
  const found: Sample<(typeof WORKER_METRICS.incidents.labels)[number]>[] = [];
  await client.withDeadline(Date.now() + LIMIT_MS, async () => {
    for await (const { memo, typedSearchAttributes: attributes } of client.workflow.list({ query: QUERY })) {
      const [target, endpoint] = [attributes.get(ATTRIBUTES.target), attributes.get(ATTRIBUTES.endpoint)];
      if (!target || !endpoint) continue;
      for (const { kind, severity, acknowledged, open } of shown(memo))
        found.push([{ target, endpoint, kind, severity, acknowledged: String(acknowledged) }, open]);
      if (found.length >= MOST) break;
    }
  });
  return [series(WORKER_METRICS.incidents, found)];
}

/** Absent from monitors that an earlier release began, until their next run. */
function shown(memo: Readonly<Record<string, unknown>> | undefined): readonly OpenIncidents[] {
  return (memo?.[MEMO.incidents] ?? []) as readonly OpenIncidents[];
}
