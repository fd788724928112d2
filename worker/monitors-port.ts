import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Place } from '../activities/doctor/ports.ts';
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

    async unwatched(promoted) {
      const broken = await client.withDeadline(Date.now() + LIST_MS, () => endedByForce(client));
      const places = new Map([...promoted, ...broken].map((place) => [nameOf(place), place]));
      const states = [...places.values()].map(async (place) => ({
        place,
        ...(await soon(() => stateOf(client, place))),
      }));
      return (await Promise.all(states)).filter(mustBegin).map(({ place }) => place);
    },
  };
}

/** The same for a list of any length. */
const LIST_MS = 30_000;
const DAY_MS = 86_400_000;
/** What failed a moment ago would fail again, and every try is a run in Temporal. */
const PATIENCE_MS = 10 * 60_000;
const BROKEN = ['TERMINATED', 'TIMED_OUT', 'FAILED'];

function nameOf({ target, endpoint }: Place): string {
  return monitorWorkflowId(target, endpoint);
}

async function endedByForce(client: Client): Promise<Place[]> {
  const since = new Date(Date.now() - DAY_MS).toISOString();
  const query = `WorkflowType = 'monitor' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed') AND CloseTime > '${since}'`;
  const found: Place[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) {
    const [kind, target, endpoint, ...rest] = workflowId.split('.');
    if (kind === 'monitor' && target && endpoint && rest.length === 0) found.push({ target, endpoint });
  }
  return found;
}

/** The last run under an endpoint's id; `null` where there never was one. */
interface MonitorState {
  readonly status: string | null;
  readonly closedAt: number | null;
}

function mustBegin({ status, closedAt }: MonitorState): boolean {
  if (status === null) return true;
  if (!BROKEN.includes(status)) return false;
  return status === 'TERMINATED' || Date.now() - (closedAt ?? 0) > PATIENCE_MS;
}

async function stateOf(client: Client, place: Place): Promise<MonitorState> {
  try {
    const { status, closeTime } = await client.workflow.getHandle(nameOf(place)).describe();
    return { status: status.name, closedAt: closeTime?.getTime() ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: null, closedAt: null };
    throw error;
  }
}

async function tell(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(promotedSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
