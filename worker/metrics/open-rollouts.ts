import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { series, type Sample, type Series } from '../../domain/exposition.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { remembered } from './remembered.ts';
import { ATTRIBUTES } from '../../workflows/messages.ts';

const QUERY = `WorkflowType IN ('rollout', 'rollback', 'drill') AND ExecutionStatus = 'Running'`;
/** Of more, the rest are not shown: each is a series of its own in Prometheus. */
const MOST = 2_000;
const FRESH_MS = 10_000;
const LIMIT_MS = 3_000;

/** The open rollouts as Temporal lists them, asked for at most every ten seconds. */
export function createOpenRollouts(client: Client): () => Promise<Series[]> {
  return remembered(FRESH_MS, [], () => look(client));
}

async function look(client: Client): Promise<Series[]> {
  const found: WorkflowExecutionInfo[] = [];
  try {
    await client.withDeadline(Date.now() + LIMIT_MS, async () => {
      for await (const info of client.workflow.list({ query: QUERY })) if (found.push(info) >= MOST) break;
    });
  } catch {
    return [series(WORKER_METRICS.temporalAnswers, [[{}, 0]])];
  }
  // Before preflight has named its place a rollout has none, and two of them would share their labels.
  const placed = found.flatMap((info) => {
    const { typedSearchAttributes: attributes } = info;
    const [target, endpoint] = [attributes.get(ATTRIBUTES.target), attributes.get(ATTRIBUTES.endpoint)];
    return target && endpoint ? [{ info, attributes, place: { target, endpoint } }] : [];
  });
  const open = placed.map(({ info, attributes, place }): Sample<(typeof WORKER_METRICS.open.labels)[number]> => {
    const candidate = attributes.get(ATTRIBUTES.candidate) ?? '';
    const stage = attributes.get(ATTRIBUTES.stage) ?? 'preflight';
    const paused = String(attributes.get(ATTRIBUTES.paused) ?? false);
    return [{ ...place, type: info.type, candidate, stage, paused }, 1];
  });
  const weights = placed.flatMap(({ attributes, place }) => {
    const [candidate, weight] = [attributes.get(ATTRIBUTES.candidate), attributes.get(ATTRIBUTES.weight)];
    return candidate && weight !== undefined ? [[{ ...place, candidate }, weight / FULL_WEIGHT] as const] : [];
  });
  return [
    series(WORKER_METRICS.temporalAnswers, [[{}, 1]]),
    series(WORKER_METRICS.open, open),
    series(WORKER_METRICS.weight, weights),
    series(
      WORKER_METRICS.started,
      placed.map(({ info, place }) => [place, info.startTime.getTime() / 1_000] as const),
    ),
  ];
}
