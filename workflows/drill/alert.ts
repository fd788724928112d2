import { CancellationScope } from '@temporalio/workflow';
import type { Alert } from '../../domain/alert.ts';
import { quick } from '../proxies.ts';
import type { Run } from '../run.ts';

/** Tells people that a rehearsal failed; that they cannot be told holds nothing up, and the ledger says it too. */
export async function alertFailure({ facts }: Run, why: string): Promise<void> {
  const { plan, rolloutId } = facts;
  const { target, endpoint, model, notify } = plan;
  const alert: Alert = {
    ...{ key: `${rolloutId}:drill`, status: 'firing', severity: 'critical', name: 'DrillFailed' },
    ...{ target, endpoint, model, rolloutId },
    summary: `${target}/${endpoint}: the rehearsal of rollback failed: ${why}`,
    action: `Do not rely on rollback there: see why with \`slipway history ${target}/${endpoint}\`, mend it, and hold the drill again.`,
    link: null,
    startsAt: new Date().toISOString(),
    endsAt: null,
  };
  // Also when the way back gets through meanwhile: it came too late.
  await CancellationScope.nonCancellable(() =>
    quick.sendAlert.executeWithOptions({ summary: 'alert: the drill failed', scheduleToCloseTimeout: '2m' }, [
      { alert, receivers: notify },
    ]),
  ).catch(() => undefined);
}
