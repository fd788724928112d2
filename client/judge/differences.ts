import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';

/** A figure of a verdict that did not come out again. */
export interface Difference {
  /** `null` for a field of the verdict itself. */
  readonly metric: string | null;
  /** `against`, `samples.candidate`, … */
  readonly field: string;
  readonly ledger: unknown;
  readonly recomputed: unknown;
}

/** Every field in which two verdicts differ, to the bit, besides those named in `ignored`. */
export function differencesOf(ledger: Verdict, recomputed: Verdict, ignored: readonly string[] = []): Difference[] {
  // The ledger has been through JSON: what JSON does not tell apart is no difference.
  const { metrics, ...rest } = throughJson(recomputed);
  const { metrics: ledgerMetrics, ...ledgerRest } = ledger;
  return [
    ...compare(ledgerRest, rest, '')
      .filter(({ field }) => !ignored.includes(field))
      .map((difference) => ({ metric: null, ...difference })),
    ...metricDifferences(ledgerMetrics, metrics),
  ];
}

function metricDifferences(ledger: readonly MetricEvidence[], recomputed: readonly MetricEvidence[]): Difference[] {
  const names = [...new Set([...ledger, ...recomputed].map(({ metric }) => metric))];
  const order = (metrics: readonly MetricEvidence[]) => metrics.map(({ metric }) => metric).join(', ');
  const found = names.flatMap((name) => {
    const [before, after] = [ledger, recomputed].map((metrics) => metrics.find(({ metric }) => metric === name));
    if (!before || !after) return [{ metric: name, field: '', ledger: before ?? null, recomputed: after ?? null }];
    return compare(before, after, '').map((difference) => ({ metric: name, ...difference }));
  });
  if (found.length > 0 || order(ledger) === order(recomputed)) return found;
  return [{ metric: null, field: 'metrics', ledger: order(ledger), recomputed: order(recomputed) }];
}

function compare(ledger: unknown, recomputed: unknown, field: string): Omit<Difference, 'metric'>[] {
  if (!isObject(ledger) || !isObject(recomputed))
    return Object.is(ledger, recomputed) ? [] : [{ field, ledger: ledger ?? null, recomputed: recomputed ?? null }];
  const keys = [...new Set([...Object.keys(ledger), ...Object.keys(recomputed)])];
  return keys.flatMap((key) => compare(ledger[key], recomputed[key], field === '' ? key : `${field}.${key}`));
}

/** Lists too: their keys are positions. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
