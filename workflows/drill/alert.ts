import { CancellationScope, patched } from '@temporalio/workflow';
import type { Alert } from '../../domain/alert.ts';
import { keepsIncidents } from '../../domain/receivers.ts';
import { noticesOf } from '../gate.ts';
import { quick } from '../proxies.ts';
import type { Run } from '../run.ts';

/**
 * Tells people that a rehearsal failed, or could not be held; that they cannot be told holds nothing up, and the ledger says it
 * too.
 */
export async function alertFailure({ facts }: Run, why: string, notHeld = false): Promise<void> {
  const { plan, rolloutId } = facts;
  const { target, endpoint, model, notify } = plan;
  const name = `${target}/${endpoint}`;
  const alert: Alert = {
    ...{ key: `${rolloutId}:drill`, status: 'firing', severity: 'critical', name: 'DrillFailed' },
    ...{ target, endpoint, model, rolloutId },
    summary: `${name}: the rehearsal of rollback ${notHeld ? 'could not be held' : 'failed'}: ${why}`,
    action: notHeld
      ? `Nothing is known of rollback there: mend what was in the way, and hold the drill again with \`slipway drill ${name}\`.`
      : `Do not rely on rollback there: see why with \`slipway history ${name}\`, mend it, and hold the drill again.`,
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

/** Tells those who keep a list of open incidents that none goes on behind the drill. */
export async function endIncidents(run: Run): Promise<void> {
  const facts = noticesOf(run.facts);
  if (!facts?.plan.notify.some(keepsIncidents) || !patched('drill-ends-incidents')) return;
  await quick.endIncidents
    .executeWithOptions({ summary: 'its incidents have ended', scheduleToCloseTimeout: '2m' }, [{ facts }])
    .catch(() => undefined);
}
