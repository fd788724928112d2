import { isFromBatches, verdictIn } from './ledger-verdict.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { HistoryRow } from '../ledger.ts';

/**
 * What the gate of each row with a verdict was asked, by the row's number; without those of which the ledger does not say.
 *
 * Rows that end a rollout repeat the verdict of the gate before them, and with it its question.
 */
export function questionsIn(rows: readonly HistoryRow[]): ReadonlyMap<number, GateQuestion> {
  const questions = new Map<number, GateQuestion>();
  let last: GateQuestion | null = null;
  for (const row of rows) {
    const verdict = verdictIn(row);
    if (!verdict || !isFromBatches(verdict)) continue;
    last = storedQuestion(row) ?? last;
    if (last) questions.set(row.seq, last);
  }
  return questions;
}

function storedQuestion({ detail }: HistoryRow): GateQuestion | null {
  const { question } = detail;
  return typeof question === 'object' && question !== null && 'stageSequence' in question
    ? (question as GateQuestion)
    : null;
}
