import { isGateAlgorithm } from '../../gates/algorithms.ts';
import type { HistoryRow } from '../ledger.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** The verdict that a row of the ledger carries; `null` for rows that no verdict led to. */
export function verdictIn({ evidence }: Pick<HistoryRow, 'evidence'>): Verdict | null {
  if (typeof evidence !== 'object' || evidence === null) return null;
  const { decision, algorithm, metrics, samples, batches } = evidence as Partial<Record<keyof Verdict, unknown>>;
  const isVerdict =
    typeof decision === 'string' &&
    typeof algorithm === 'string' &&
    Array.isArray(metrics) &&
    typeof samples === 'object' &&
    typeof batches === 'object';
  return isVerdict ? (evidence as Verdict) : null;
}

/** Whether sealed batches led to it: not so for validations, and for gates that a person skipped. */
export function isFromBatches({ algorithm }: Verdict): boolean {
  return isGateAlgorithm(algorithm);
}
