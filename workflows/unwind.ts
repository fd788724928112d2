import { ActivityFailure, ApplicationFailure, CancellationScope, sleep } from '@temporalio/workflow';
import { unwindOrder, type Compensation } from '../domain/compensation.ts';
import { formatFence, type Fence } from '../domain/fence.ts';
import { restoring, persistent, quick } from './proxies.ts';
import type { Run } from './run.ts';

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
      if (step.kind === 'retireVersion' && keepVersion) continue;
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
      await persistent.moveAlias.executeWithOptions({ summary: `alias ${step.alias} → ${step.version ?? 'none'}` }, [
        { facts: run.facts, version: step.version },
      ]);
      run.journal.note({ stage: 'rollback', reason: 'AliasRestored', detail: { alias: step.alias, to: step.version } });
      return;
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
  const alarm = new CancellationScope();
  void alarm
    .run(() => sleep(ALARM_AFTER, { summary: 'calls for help when it ends' }).then(() => callForHelp(run)))
    .catch(() => undefined);
  try {
    const restored = await restoring.restoreTraffic.executeWithOptions({ summary: 'all traffic back to stable' }, [
      request,
    ]);
    run.progress.status.route = route;
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
    if (!isSuperseded(error)) throw error;
    if (run.catchUp(error.cause.details?.[0] as Fence | undefined))
      return await restoreTraffic(run, { kind: 'restoreTraffic', route });
    run.journal.note({
      stage: 'rollback',
      reason: 'Superseded',
      detail: { fence: formatFence(fence), message: error.cause.message },
    });
  } finally {
    alarm.cancel();
  }
  if (run.progress.status.phase === 'rollback_failed') run.progress.phase('rollback');
}

async function callForHelp(run: Run): Promise<void> {
  run.progress.phase('rollback_failed');
  run.journal.note({ stage: 'rollback_failed', reason: 'RollbackFailed', detail: { waited: ALARM_AFTER } });
  run.journal.write();
  await CancellationScope.nonCancellable(() =>
    quick.notify.executeWithOptions({ summary: 'alert: rollback failed' }, [
      {
        facts: run.facts,
        event: 'rollback_failed',
        reason: 'RollbackFailed',
        detail: `traffic is not restored after ${ALARM_AFTER}; tries go on`,
      },
    ]),
  ).catch(() => undefined);
}

/** Stops a version that no route names; a failure is noted, not fatal. */
export async function retire(run: Run, key: string): Promise<void> {
  try {
    await quick.retireVersion.executeWithOptions({ summary: `stop ${key}`, scheduleToCloseTimeout: '10m' }, [
      { facts: run.facts, key },
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

function isSuperseded(error: unknown): error is ActivityFailure & { cause: ApplicationFailure } {
  return (
    error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === 'StaleFence'
  );
}

/** Several stages register the same way back; once is enough. */
function distinct(steps: readonly Compensation[]): Compensation[] {
  const seen = new Set<string>();
  return steps.filter((step) => {
    const text = JSON.stringify(step);
    return !seen.has(text) && seen.add(text);
  });
}
