import { formatDuration } from '../../domain/duration.ts';
import { formatCount, formatMilliseconds, formatShare } from './numbers.ts';
import { metricsOf, type MetricOfPlan } from '../../gates/plan/margins.ts';
import { paint } from '../terminal.ts';
import { TIMES } from '../../gates/plan/bad-candidates.ts';
import type { GatePlan } from '../../domain/plan.ts';
import type { Power } from '../../gates/plan/power.ts';

const LESS: readonly string[] = ['accuracy', 'precision', 'recall', 'f1'];

/** What each metric bears, and whether it has to be proved. */
export function gateRows(gates: GatePlan): string[][] {
  const { coverage, drift } = gates;
  return [
    ...metricsOf(gates).map((metric) => [
      metric.metric,
      `at most ${amount(metric, metric.margin)}`,
      metric.required ? 'must be proved to go on' : 'can only roll back',
    ]),
    ...(coverage
      ? [['coverage', `labels for at least ${formatShare(coverage.least)}`, 'waited for, never rolls back']]
      : []),
    ...(drift
      ? [['drift', `index at most ${drift.margin} from stable`, `can only roll back; of both arms: ${drift.common}`]]
      : []),
  ];
}

function amount({ metric, unit }: MetricOfPlan, margin: number): string {
  if (metric.startsWith('latency.')) return `${formatShare(margin)} slower`;
  return `${formatShare(margin)} ${LESS.includes(metric) ? 'less' : unit === 'share' ? 'more' : 'higher'}`;
}

/** What became of bad candidates in simulated canaries. */
export function powerRows(gates: GatePlan, power: readonly Power[]): string[][] {
  const known = metricsOf(gates);
  return power.map((found) => {
    const metric = known.find((planned) => planned.metric === found.fault);
    return [metric ? `${metric.metric} ${amount(metric, TIMES * metric.margin)}` : 'no answer at all', endsOf(found)];
  });
}

/** `5 of 5 rolled back after 11m 40s, 665 requests`. */
function endsOf({ runs, rolledBack, held, promoted, ms, requests }: Power): string {
  const open = runs - rolledBack - held - promoted;
  const when =
    ms === null || requests === null ? '' : ` after ${formatDuration(ms)}, ${formatCount(requests)} requests`;
  return [
    `${rolledBack} of ${runs} rolled back${when}`,
    ...(held > 0 ? [`${held} held`] : []),
    ...(open > 0 ? [`${open} undecided`] : []),
    ...(promoted > 0 ? [paint.bad(`${promoted} promoted`)] : []),
  ].join('; ');
}

/** How often the gates are wrong, and what holds where there is nothing to compare with. */
export function gateNotes({ alpha, beta, limits }: GatePlan): string[] {
  const p99 = limits.p99Ms === null ? '' : `, p99 ${formatMilliseconds(limits.p99Ms)}`;
  return [
    `a harmless candidate is rolled back with a chance of at most ${formatShare(alpha)}, one worse than a margin is promoted with at most ${formatShare(beta)}`,
    `without a stable to compare with, and in the soak: errors at most ${formatShare(limits.errorRate)}${p99}`,
  ];
}
