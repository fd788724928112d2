import {
  type Client,
  type ScheduleDescription,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { Failure, usageFailure } from '../failure.ts';
import type { DrillInput } from '../../domain/drill.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import { specOf, wordsOf, type When } from './times.ts';

/** What an endpoint may have a schedule of, one of each. */
export const SCHEDULE_KINDS = ['retrain', 'drill'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** What is begun at each time. */
export type Scheduled = (Place & { readonly kind: 'retrain' }) | (DrillInput & { readonly kind: 'drill' });

export interface Schedule extends Place {
  readonly kind: ScheduleKind;
  /** `every 7d`, `0 3 * * 1`, with who set it. */
  readonly when: string;
  readonly paused: boolean;
  /** ISO 8601; `null` while it is paused. */
  readonly next: string | null;
  readonly last: string | null;
}

export type ScheduleChange = 'pause' | 'resume' | 'delete';

const WORKFLOWS: Readonly<Record<ScheduleKind, string>> = { retrain: 'scheduledRetrain', drill: 'scheduledDrill' };
const ID = /^(retrain|drill)\.([^.]+)\.([^.]+)\.schedule$/;

/**
 * Makes an endpoint's schedule or changes its times and what it begins; one that is paused stays so.
 *
 * @throws Failure `usage` for times that cannot be
 */
export async function setSchedule(client: Client, { kind, ...what }: Scheduled, when: When, by: string): Promise<void> {
  const now = Date.now();
  const spec = specOf(when, now);
  const why = 'reason' in what && what.reason !== undefined ? `: ${what.reason}` : '';
  const action = {
    type: 'startWorkflow' as const,
    workflowType: WORKFLOWS[kind],
    workflowId: `${kind}.${what.target}.${what.endpoint}.scheduled`,
    taskQueue: TASK_QUEUES.workflows,
    args: [{ ...what, by: 'schedule', reason: `${wordsOf(when)}, set by ${by}${why}` }],
  };
  // What was missed while Temporal was down is made up for once, if it is not old.
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' as const };
  const scheduleId = idOf(kind, what);
  try {
    await client.schedule.create({ scheduleId, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw asFault(error);
    await client.schedule
      .getHandle(scheduleId)
      .update(({ state, spec: before }) => ({ spec: specOf(when, now, before), action, policies, state: { ...state } }))
      .catch((reason: unknown) => {
        throw asFault(reason);
      });
  }
}

/** All of them, or those of one endpoint. */
export async function listSchedules(client: Client, place?: Place): Promise<Schedule[]> {
  const wanted = place ? SCHEDULE_KINDS.map((kind) => idOf(kind, place)) : await allIds(client);
  const found = await Promise.all(wanted.map((id) => readSchedule(client, id)));
  return found.filter((schedule) => schedule !== null);
}

/**
 * @param kind may be `null` where the endpoint has one schedule alone
 * @throws Failure `not_found`; `usage` where it has two and none is named
 */
export async function changeSchedule(
  client: Client,
  { kind, ...place }: Place & { readonly kind: ScheduleKind | null },
  change: ScheduleChange,
  note: string,
): Promise<ScheduleKind> {
  const name = shortPlace(place);
  const found = (await listSchedules(client, place)).filter((one) => kind === null || one.kind === kind);
  const [only] = found;
  if (!only)
    throw new Failure(
      `${name} has no schedule${kind === null ? '' : ` of kind ${kind}`}; \`slipway schedule set ${name} --every 7d\` or \`slipway drill ${name} --every 7d\` makes one`,
      { code: 'not_found' },
    );
  if (found.length > 1) throw usageFailure(`${name} has two schedules: add --of retrain or --of drill`);
  const handle = client.schedule.getHandle(idOf(only.kind, place));
  const changes = {
    pause: () => handle.pause(note),
    resume: () => handle.unpause(note),
    delete: () => handle.delete(),
  };
  await changes[change]();
  return only.kind;
}

async function allIds(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) if (ID.test(scheduleId)) ids.push(scheduleId);
  return ids.sort();
}

async function readSchedule(client: Client, id: string): Promise<Schedule | null> {
  const [, kind = '', target = '', endpoint = ''] = ID.exec(id) ?? [];
  try {
    const { action, state, info } = await client.schedule.getHandle(id).describe();
    return {
      ...{ kind: kind as ScheduleKind, target, endpoint },
      when: reasonOf(action),
      paused: state.paused,
      next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
      last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

function reasonOf({ args }: ScheduleDescription['action']): string {
  return (args?.[0] as { reason?: string } | undefined)?.reason ?? '';
}

function idOf(kind: ScheduleKind, { target, endpoint }: Place): string {
  return `${kind}.${target}.${endpoint}.schedule`;
}

/** Temporal reads the cron line; its client has a `TypeError` for what the server calls an invalid argument. */
function asFault(error: unknown): unknown {
  return error instanceof TypeError ? usageFailure(`these are no times: ${error.message}`) : error;
}
