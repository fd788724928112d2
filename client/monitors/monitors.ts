import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { monitorWorkflowId } from '../../domain/ids.ts';
import type { MonitorStatus } from '../../domain/monitor-run.ts';
import {
  ackSignal,
  ATTRIBUTES,
  monitorOptions,
  monitorStatusQuery,
  windowSignal,
  type Acknowledge,
  type Message,
} from '../../workflows/messages.ts';
import { Failure } from '../failure.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';

/** A look at the workflow that watches an endpoint. */
export interface MonitorSighting extends Place {
  readonly workflowId: string;
  /** As Temporal names it: `RUNNING`, `COMPLETED`, … */
  readonly state: string;
  readonly paused: boolean;
  /** `null` when no worker answered. */
  readonly status: MonitorStatus | null;
}

/** A worker that lives answers in milliseconds; without one, the server would wait ten seconds. */
const QUERY_MS = 3_000;

/** Watches an endpoint from now on, or goes on where somebody does; `window` is the length of windows, such as `5m`. */
export async function startMonitor(
  client: Client,
  { target, endpoint }: Place,
  { by, window }: { readonly by: string; readonly window?: string },
): Promise<void> {
  const options = monitorOptions(target, endpoint, by);
  if (window === undefined) await client.workflow.start('monitor', options);
  else await client.workflow.signalWithStart('monitor', { ...options, signal: windowSignal, signalArgs: [window] });
}

/** Sends a signal to a monitor that runs; durable the moment the server answers. @throws Failure `not_running` */
export async function steerMonitor(
  client: Client,
  place: Place,
  signal: SignalDefinition<[Message?]>,
  message: Message,
): Promise<void> {
  await orNotWatched(place, () => handleOf(client, place).signal(signal, message));
}

/**
 * Takes incidents on; their names.
 *
 * @throws Failure `not_running`; `not_found` where the incident is not open, with the names of those that are
 */
export async function acknowledgeIncident(client: Client, place: Place, request: Acknowledge): Promise<string[]> {
  const { status } = await lookAtMonitor(client, place);
  const open = status?.incidents.map(({ id }) => id);
  if (open && (request.incident === undefined ? open.length === 0 : !open.includes(request.incident))) {
    const name = `${place.target}/${place.endpoint}`;
    const rest = open.length === 0 ? 'none is open' : `open are ${open.join(', ')}`;
    throw new Failure(`${name} has no open incident${request.incident ? ` ${request.incident}` : ''}: ${rest}`, {
      code: 'not_found',
    });
  }
  await orNotWatched(place, () => handleOf(client, place).signal(ackSignal, request));
  return request.incident === undefined ? (open ?? []) : [request.incident];
}

/** What watches an endpoint, or watched it last. @throws Failure `not_running` where nothing ever did */
export async function lookAtMonitor(client: Client, place: Place): Promise<MonitorSighting> {
  const handle = handleOf(client, place);
  const description = await orNotWatched(place, () => handle.describe());
  const asked = client.withDeadline(Date.now() + QUERY_MS, () => handle.query(monitorStatusQuery));
  return sighting(place, description, await asked.catch(() => null));
}

/** Every monitor that runs. */
export async function listMonitors(client: Client): Promise<MonitorSighting[]> {
  const places: Place[] = [];
  const query = `WorkflowType = 'monitor' AND ExecutionStatus = 'Running'`;
  for await (const { typedSearchAttributes } of client.workflow.list({ query })) {
    const [target, endpoint] = [ATTRIBUTES.target, ATTRIBUTES.endpoint].map((key) => typedSearchAttributes.get(key));
    if (typeof target === 'string' && typeof endpoint === 'string') places.push({ target, endpoint });
  }
  const looks = await Promise.allSettled(places.map((place) => lookAtMonitor(client, place)));
  const seen = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
  return seen.sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
}

function sighting(
  place: Place,
  { workflowId, status, typedSearchAttributes }: WorkflowExecutionDescription,
  told: MonitorStatus | null,
): MonitorSighting {
  const paused = typedSearchAttributes.get(ATTRIBUTES.paused) ?? false;
  return { ...place, workflowId, state: status.name, paused, status: told };
}

function handleOf(client: Client, { target, endpoint }: Place) {
  return client.workflow.getHandle(monitorWorkflowId(target, endpoint));
}

async function orNotWatched<T>(place: Place, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const name = shortPlace(place);
    throw new Failure(`nothing watches ${place.target}/${place.endpoint}; \`slipway monitor ${name}\` does`, {
      code: 'not_running',
      cause: error,
    });
  }
}
