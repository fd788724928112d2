import { ActivityFailure, ApplicationFailure, CancellationScope, patched, sleep } from '@temporalio/workflow';
import { unwindOrder, type Compensation } from '../domain/compensation.ts';
import { formatFence, type Fence } from '../domain/fence.ts';
import type { NoticeEvent } from '../domain/notice.ts';
import type { Reason } from '../domain/reasons.ts';
import { restoring, persistent, quick, traffic } from './proxies.ts';
import type { Run } from './run.ts';
import type { Route } from '../domain/route.ts';
import type { Sick } from '../activities/traffic.ts';

/** How long restoring may take before people are called. The tries go on. */
const ALARM_AFTER = '60s';

/**
 * Goes back: converges traffic, alias and servers to the snapshot, traffic first. Runs to its end whatever is cancelled.
 *
 * @param keepVersion leaves the candidate deployed, for a rollout that may be tried again
 */
export async function unwind(run: Run, keepVersion: boolean): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    run.progress.phase('rollback');
    for (const step of distinct(unwindOrder(run.undo))) {
      // The candidate alone may be tried again: further arms of a test are none of its rollout.
      if (step.kind === 'retireVersion' && keepVersion && step.version.key === run.candidate) continue;
      await undo(run, step);
      // Behind the way back, never before it.
      run.journal.write();
    }
  });
}

async function undo(run: Run, step: Compensation): Promise<void> {
  switch (step.kind) {
    case 'restoreTraffic':
      return restoreTraffic(run, step);
    case 'restoreAlias':
      return restoreAlias(run, step.version);
    case 'retireVersion':
      return retire(run, step.version.key);
  }
}

async function restoreTraffic(run: Run, { route }: Extract<Compensation, { kind: 'restoreTraffic' }>): Promise<void> {
  const { plan, rolloutId } = run.facts;
  const fence = run.nextFence();
  const request = {
    target: plan.target,
    endpoint: plan.endpoint,
    fence,
    route,
    label: `${rolloutId}/rollback`,
    leaving: run.candidate,
  };
  let end: 'TrafficRestored' | 'Superseded' = 'TrafficRestored';
  const alarm = new CancellationScope();
  const called = alarm
    .run(() => sleep(ALARM_AFTER, { summary: 'calls for help when it ends' }).then(() => callForHelp(run, route)))
    .catch(() => undefined);
  try {
    const restored = await restoring.restoreTraffic.executeWithOptions({ summary: 'all traffic back to stable' }, [
      request,
    ]);
    run.progress.status.route = route;
    run.restoredAt = Date.now();
    run.progress.weight(0);
    run.journal.note({
      stage: 'rollback',
      reason: 'TrafficRestored',
      effectiveAt: restored.at,
      detail: {
        fence: formatFence(fence),
        route,
        programmed: restored.programmed,
        lastRequests: restored.leavingRequests,
      },
    });
  } catch (error) {
    // Whoever holds a newer fence is responsible for the route now; moving it would undo their work.
    if (!failedFor(error, 'StaleFence')) throw error;
    if (run.catchUp(error.cause.details?.[0] as Fence | undefined))
      return await restoreTraffic(run, { kind: 'restoreTraffic', route });
    end = 'Superseded';
    run.journal.note({
      stage: 'rollback',
      reason: end,
      detail: { fence: formatFence(fence), message: error.cause.message },
    });
  } finally {
    alarm.cancel();
  }
  if (run.progress.status.phase !== 'rollback_failed') return;
  run.progress.phase('rollback');
  // Behind the call for help, and nothing waits for it.
  if (patched('says-it-got-through')) void called.then(() => alert(run, 'traffic_restored', end, ''));
}

async function callForHelp(run: Run, route: Route): Promise<void> {
  run.progress.phase('rollback_failed');
  run.journal.note({ stage: 'rollback_failed', reason: 'RollbackFailed', detail: { waited: ALARM_AFTER } });
  run.journal.write();
  const sick = patched('says-who-is-sick') ? await sickIn(run, route) : [];
  const why = sick.map(({ key, state, detail }) => `${key} is ${state} (${detail})`).join('; ');
  if (why) {
    run.journal.note({ stage: 'rollback_failed', reason: 'StableUnhealthy', detail: { versions: sick } });
    run.journal.write();
  }
  const because = why && `, since ${why}: nothing is moved onto it`;
  await alert(
    run,
    'rollback_failed',
    'RollbackFailed',
    `traffic is not restored after ${ALARM_AFTER}${because}; tries go on`,
  );
}

/** Whom the route cannot be given back to; nobody where that cannot be found out now. */
async function sickIn({ facts }: Run, route: Route): Promise<readonly Sick[]> {
  const { target, endpoint } = facts.plan;
  const options = { summary: 'why traffic cannot go back', scheduleToCloseTimeout: '10s' } as const;
  return CancellationScope.nonCancellable(() =>
    traffic.sickVersions.executeWithOptions(options, [{ target, endpoint, route }]),
  ).catch(() => []);
}

/** Tells people that something needs them; that they cannot be told must not hold anything up. */
async function alert(run: Run, event: NoticeEvent, reason: Reason, detail: string): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    quick.notify.executeWithOptions({ summary: `alert: ${event}` }, [{ facts: run.facts, event, reason, detail }]),
  ).catch(() => undefined);
}

/**
 * Lets the registry's alias follow the traffic back. A version that the registry has lost cannot be pointed at: then people
 * are told, and the run closes with the alias where it is.
 */
export async function restoreAlias(run: Run, version: string | null, detail: object = {}): Promise<void> {
  const { facts, journal, fence } = run;
  const { alias } = facts;
  const step = { stage: 'rollback' as const, detail: { alias, ...detail, to: version } };
  try {
    await persistent.moveAlias.executeWithOptions({ summary: `alias ${alias} → ${version ?? 'none'}` }, [
      { facts, version, fence },
    ]);
    journal.note({ ...step, reason: 'AliasRestored' });
  } catch (error) {
    const superseded = failedFor(error, 'StaleFence');
    if (!superseded && !failedFor(error, 'VersionNotFound')) throw error;
    const { message } = error.cause;
    journal.note({
      ...step,
      reason: superseded ? 'Superseded' : 'CleanupFailed',
      detail: { ...step.detail, message },
    });
    if (!superseded) await alert(run, 'cleanup_failed', 'CleanupFailed', message);
  }
}

/** Stops a version that no route names; a failure is noted, not fatal. */
export async function retire(run: Run, key: string): Promise<void> {
  try {
    await quick.retireVersion.executeWithOptions({ summary: `stop ${key}`, scheduleToCloseTimeout: '10m' }, [
      { facts: run.facts, key, fence: run.nextFence() },
    ]);
    run.journal.note({ stage: run.progress.status.phase, reason: 'VersionRetired', detail: { version: key } });
  } catch (error) {
    run.journal.note({
      stage: run.progress.status.phase,
      reason: 'CleanupFailed',
      detail: { version: key, message: String(error) },
    });
  }
}

function failedFor(
  error: unknown,
  type: 'StaleFence' | 'VersionNotFound',
): error is ActivityFailure & { cause: ApplicationFailure } {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type;
}

/** Several stages register the same way back; once is enough. */
function distinct(steps: readonly Compensation[]): Compensation[] {
  const seen = new Set<string>();
  return steps.filter((step) => {
    const text = JSON.stringify(step);
    return !seen.has(text) && seen.add(text);
  });
}
