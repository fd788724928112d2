import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import { Failure, usageFailure } from '../failure.ts';
import { retrainWorkflowId } from '../../domain/ids.ts';
import { parseDuration } from '../../domain/duration.ts';
import type { RetrainInput } from '../../domain/retrain-state.ts';
import { TASK_QUEUES } from '../../workflows/messages.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';

/** When an endpoint is retrained: so often, or by a cron line. */
export type When = { readonly every: string } | { readonly cron: string; readonly timezone?: string };

export interface RetrainSchedule extends Place {
  /** `every 7d`, `0 3 * * 1`, with who set it. */
  readonly when: string;
  readonly paused: boolean;
  /** ISO 8601; `null` while it is paused. */
  readonly next: string | null;
  readonly last: string | null;
}

const SUFFIX = '.schedule';
const LEAST_MS = 60_000;

/**
 * Makes an endpoint's schedule or changes its times; one that is paused stays so.
 *
 * @throws Failure `usage` for times that cannot be
 */
export async function setRetrainSchedule(client: Client, place: Place, when: When, by: string): Promise<void> {
  const spec = specOf(when);
  const input: RetrainInput = { ...place, by: 'schedule', reason: `${wordsOf(when)}, set by ${by}` };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: 'scheduledRetrain',
    workflowId: `${retrainWorkflowId(place.target, place.endpoint)}.scheduled`,
    taskQueue: TASK_QUEUES.workflows,
    args: [input],
  };
  // What was missed while Temporal was down is made up for once, if it is not old.
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' as const };
  const scheduleId = idOf(place);
  try {
    await client.schedule.create({ scheduleId, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw asFault(error);
    const change = { spec, action, policies };
    await client.schedule
      .getHandle(scheduleId)
      .update(({ state }) => ({ ...change, state: { ...state } }))
      .catch((reason: unknown) => {
        throw asFault(reason);
      });
  }
}

export async function listRetrainSchedules(client: Client): Promise<RetrainSchedule[]> {
  const found: RetrainSchedule[] = [];
  for await (const { scheduleId } of client.schedule.list()) {
    const [, target, endpoint] = /^retrain\.([^.]+)\.([^.]+)\.schedule$/.exec(scheduleId) ?? [];
    if (target && endpoint) found.push(await readSchedule(client, { target, endpoint }));
  }
  return found;
}

/** @throws Failure `not_found` */
export async function changeRetrainSchedule(
  client: Client,
  place: Place,
  change: 'pause' | 'resume' | 'delete',
  note: string,
): Promise<void> {
  const handle = client.schedule.getHandle(idOf(place));
  const changes = {
    pause: () => handle.pause(note),
    resume: () => handle.unpause(note),
    delete: () => handle.delete(),
  };
  await changes[change]().catch((error: unknown) => {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new Failure(
      `${place.target}/${place.endpoint} has no schedule; \`slipway schedule set ${shortPlace(place)} --every 7d\` makes one`,
      { code: 'not_found' },
    );
  });
}

async function readSchedule(client: Client, place: Place): Promise<RetrainSchedule> {
  const { action, state, info } = await client.schedule.getHandle(idOf(place)).describe();
  const input = action.args?.[0] as RetrainInput | undefined;
  return {
    ...place,
    when: input?.reason ?? '',
    paused: state.paused,
    next: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
    last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
  };
}

function idOf({ target, endpoint }: Place): string {
  return `${retrainWorkflowId(target, endpoint)}${SUFFIX}`;
}

function specOf(when: When): ScheduleSpec {
  if ('cron' in when)
    return { cronExpressions: [when.cron], ...(when.timezone !== undefined && { timezone: when.timezone }) };
  const every = parseDuration(when.every);
  if (every < LEAST_MS) throw usageFailure('--every must be at least 1m');
  return { intervals: [{ every }] };
}

function wordsOf(when: When): string {
  return 'every' in when ? `every ${when.every}` : `${when.cron} ${when.timezone ?? 'UTC'}`;
}

/** Temporal reads the cron line; its client has a `TypeError` for what the server calls an invalid argument. */
function asFault(error: unknown): unknown {
  return error instanceof TypeError ? usageFailure(`these are no times: ${error.message}`) : error;
}
