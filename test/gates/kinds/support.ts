import type { GateBatch, LabelCounts } from '../../../domain/gate-batch.ts';
import { CANDIDATE, STABLE } from '../support/batches.ts';

export const NAMES = { candidate: CANDIDATE, stable: STABLE };

/** Labels of one version in one batch; the batch number `revision`, unless told otherwise, is the one that carries them. */
export function labels(version: string, n: number, correct: number, more: Partial<LabelCounts> = {}): LabelCounts {
  return { version, n, correct, ...more };
}

export function labelled(index: number, rows: readonly LabelCounts[]): Pick<GateBatch, 'index' | 'labels'> {
  return { index, labels: rows };
}
