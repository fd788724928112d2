import type { ArmCounts, GateBatchBody, LabelCounts } from '../../domain/gate-batch.ts';
import type { Traffic } from './traffic.ts';

/**
 * The live traffic that sealed batches saw, and how the version answered that had most of it; `null` where nobody called.
 *
 * @example
 * const traffic = trafficOf(batches) ?? givenTraffic(10);
 */
export function trafficOf(batches: readonly GateBatchBody[]): Traffic | null {
  const seconds = batches.reduce(
    (sum, { opened, sealed }) => sum + (Date.parse(sealed) - Date.parse(opened)) / 1_000,
    0,
  );
  const arms = batches.flatMap((batch) => batch.arms);
  const requests = sum(arms, ({ n }) => n);
  if (requests === 0 || seconds <= 0) return null;
  const busiest = busiestOf(arms);
  const own = arms.filter(({ version }) => version === busiest);
  const n = sum(own, (arm) => arm.n);
  const labels = batches.flatMap((batch) => batch.labels);
  const labelled = sum(labels, (row) => row.n);
  return {
    basis: 'measured',
    requestsPerSecond: requests / seconds,
    errors: sum(own, ({ errors }) => errors) / n,
    rejected: sum(own, ({ rejected }) => rejected) / n,
    latency: merged(own),
    labelled: Math.min(labelled / requests, 1),
    wrong: labelled > 0 ? wrongShare(labels) : null,
  };
}

function busiestOf(arms: readonly ArmCounts[]): string | undefined {
  const requests = new Map<string, number>();
  for (const { version, n } of arms) requests.set(version, (requests.get(version) ?? 0) + n);
  return [...requests].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function merged(arms: readonly ArmCounts[]): Traffic['latency'] {
  const counts = new Map<number, number>();
  for (const { latency } of arms)
    for (const [bucket, count] of latency) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return counts.size === 0 ? null : [...counts].sort(([a], [b]) => a - b);
}

function wrongShare(labels: readonly LabelCounts[]): number {
  return 1 - sum(labels, ({ correct }) => correct) / sum(labels, ({ n }) => n);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
