import type { PlanFinding, Remedy } from './finding.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { StepNeed } from './step-needs.ts';
import type { Traffic } from './traffic.ts';
import { PER_BATCH } from '../metrics/named.ts';
import { canaryGates } from './questions.ts';
import { describeRate } from './traffic.ts';
import { firstThat } from './remedies.ts';
import { formatDuration, parseDuration } from '../../domain/duration.ts';
import { listed } from './finding.ts';
import { marginPath } from './margins.ts';
import { placeOf } from './stage-times.ts';
import { resourceNeeds } from './step-needs.ts';

const LONGER = ['20s', '30s', '1m', '2m', '5m', '10m', '15m', '30m'] as const;

/** What servers use, where so few requests come in a batch that it cannot be told from what they use without any. */
export function thinReadings(plan: RolloutPlan, needs: readonly StepNeed[], traffic: Traffic): PlanFinding[] {
  const [first] = needs.filter(({ proofs }) => proofs.some(isUnread));
  if (!first) return [];
  const metrics = first.proofs.filter(isUnread).map(({ metric }) => metric);
  const { batchMs } = plan.serving;
  const candidates = LONGER.filter((batch) => parseDuration(batch) > batchMs);
  const batch = firstThat(candidates, (longer) => isRead(plan, parseDuration(longer), traffic));
  const remedies: Remedy[] = [
    ...(batch === null ? [] : [{ paths: ['gates.batch'], value: batch }]),
    { paths: metrics.map((metric) => `gates.${metric}.required`), value: false },
  ];
  const message = `at ${describeRate(traffic)} ${placeOf(first)} has too few requests in ${formatDuration(batchMs)} to read ${listed(metrics, 'and')} from them, so it never passes`;
  return [{ path: marginPath(metrics[0] ?? ''), message, remedies }];
}

function isUnread({ metric, requests }: StepNeed['proofs'][number]): boolean {
  return requests === null && PER_BATCH.some((name) => name === metric);
}

function isRead(plan: RolloutPlan, batchMs: number, traffic: Traffic): boolean {
  const changed = { ...plan, serving: { ...plan.serving, batchMs } };
  return canaryGates(changed, traffic).every((gate) =>
    resourceNeeds(gate, changed, traffic).every(({ requests }) => requests !== null),
  );
}
