import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Place } from '../activities/doctor/ports.ts';
import { placeOfWorkflow } from '../domain/ids.ts';

/** A workflow of which each endpoint has one, that goes on for as long as the endpoint serves. */
export interface EndlessWorkflow {
  readonly type: string;
  readonly idOf: (target: string, endpoint: string) => string;
}

/** The last run under an endpoint's id; `null` where there never was one. */
export interface LastRun {
  /** As Temporal names it: `RUNNING`, `COMPLETED`, … */
  readonly status: string | null;
  /** Milliseconds since 1970. */
  readonly closedAt: number | null;
}

/** Longest time to wait for one answer. */
const ANSWER_MS = 5_000;
/** The same for a list of any length. */
const LIST_MS = 30_000;
const DAY_MS = 86_400_000;
/** What failed a moment ago would fail again, and every try is a run in Temporal. */
const PATIENCE_MS = 10 * 60_000;
const BROKEN = ['TERMINATED', 'TIMED_OUT', 'FAILED'];

/** Whether a run came to its end by force, or by a fault, long enough ago for another try. */
export function isBroken({ status, closedAt }: LastRun): boolean {
  if (!BROKEN.includes(status ?? '')) return false;
  return status === 'TERMINATED' || Date.now() - (closedAt ?? 0) > PATIENCE_MS;
}

/** Those of the places whose last run is as asked for. */
export async function placesWhere<P extends Place>(
  client: Client,
  workflow: EndlessWorkflow,
  places: readonly P[],
  isAsked: (run: LastRun, place: P) => boolean,
): Promise<P[]> {
  const looks = places.map(async (place) => ({ place, run: await lastRun(client, workflow, place) }));
  return (await Promise.all(looks)).filter(({ run, place }) => isAsked(run, place)).map(({ place }) => place);
}

/** Places whose run came to its end by force, or by a fault, in the last day. */
export async function brokenPlaces(client: Client, { type }: EndlessWorkflow): Promise<Place[]> {
  const since = new Date(Date.now() - DAY_MS).toISOString();
  const query = `WorkflowType = '${type}' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed') AND CloseTime > '${since}'`;
  return client.withDeadline(Date.now() + LIST_MS, async () => {
    const found: Place[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) {
      const place = placeOfWorkflow(type, workflowId);
      if (place) found.push(place);
    }
    return found;
  });
}

/** Waits so long for Temporal, and no longer. */
export function soon<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + ANSWER_MS, call);
}

async function lastRun(client: Client, { idOf }: EndlessWorkflow, { target, endpoint }: Place): Promise<LastRun> {
  try {
    const handle = client.workflow.getHandle(idOf(target, endpoint));
    const { status, closeTime } = await soon(client, () => handle.describe());
    return { status: status.name, closedAt: closeTime?.getTime() ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: null, closedAt: null };
    throw error;
  }
}

/** Does what needs a run that goes on; nothing where none does. */
export async function ifRunning(told: Promise<unknown>): Promise<void> {
  try {
    await told;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
