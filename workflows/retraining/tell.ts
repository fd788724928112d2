import { CancellationScope, type ActivityFailure } from '@temporalio/workflow';
import type { Alert } from '../../domain/alert.ts';
import type { RetrainFacts } from '../../domain/retrain-state.ts';
import { quick } from '../proxies.ts';
import type { RetrainProgress } from './progress.ts';

/** Notes that no version came of it, and tells people. */
export async function tellOfFailure(
  facts: RetrainFacts,
  progress: RetrainProgress,
  error: ActivityFailure,
): Promise<void> {
  const detail = error.cause?.message ?? error.message;
  progress.status.detail = detail;
  progress.end('failed', null);
  const { target, endpoint, version } = progress.status;
  const why = detail.split('\n', 1)[0];
  if (version !== null) return tellOfWaiting(facts, progress, why ?? '');
  await tell(facts, progress, {
    name: 'RetrainFailed',
    summary: `${target}/${endpoint}: no new version of ${facts.spec.model} was trained: ${why}`,
    action: `Traffic is not concerned; mend the job, then run \`slipway retrain ${target}/${endpoint}\`.`,
  });
}

/** Tells people that a new version waits in the registry, since the endpoint was busy. */
export function tellOfSkip(facts: RetrainFacts, progress: RetrainProgress): Promise<void> {
  return tellOfWaiting(facts, progress, 'something else had the endpoint');
}

async function tellOfWaiting(facts: RetrainFacts, progress: RetrainProgress, why: string): Promise<void> {
  const { target, endpoint, version } = progress.status;
  await tell(facts, progress, {
    name: 'RetrainNotRolledOut',
    summary: `${target}/${endpoint}: version ${version} of ${facts.spec.model} was trained and not rolled out, since ${why}`,
    action: `Roll it out with \`slipway start -f FILE --version ${version}\` once \`slipway get ${target}/${endpoint}\` has come to its end.`,
  });
}

/** That they cannot be told must hold nothing up. */
async function tell(
  { receivers, link }: RetrainFacts,
  { status }: RetrainProgress,
  told: Pick<Alert, 'name' | 'summary' | 'action'>,
): Promise<void> {
  if (receivers.length === 0) return;
  const { retrainId, target, endpoint, model } = status;
  const alert: Alert = {
    ...{ key: `${retrainId}:${told.name}`, status: 'firing', severity: 'warning', ...told },
    ...{ target, endpoint, model, rolloutId: null, link },
    startsAt: new Date().toISOString(),
    endsAt: null,
  };
  await CancellationScope.nonCancellable(() =>
    quick.sendAlert.executeWithOptions({ summary: `alert: ${told.name}`, scheduleToCloseTimeout: '10m' }, [
      { alert, receivers },
    ]),
  ).catch(() => undefined);
}
