import { algorithmNamed } from '../../gates/algorithms.ts';
import { differencesOf, type Difference } from './differences.ts';
import { isFromBatches, verdictIn } from './ledger-verdict.ts';
import { questionsIn } from './question.ts';
import type { BatchRange, StoredBatches } from './stored-batches.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { HistoryRow } from '../ledger.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** Why a verdict of the ledger is not confirmed. */
export type Finding =
  | ({ readonly kind: 'difference' } & Difference)
  /** Batches are no longer what was sealed; the figures are not compared then. */
  | { readonly kind: 'batches_changed'; readonly indexes: readonly number[] }
  /** Fewer are stored than the verdict rests on, as after retention. */
  | { readonly kind: 'batches_missing'; readonly expected: number; readonly found: number }
  | { readonly kind: 'unknown_algorithm'; readonly algorithm: string }
  /** The ledger does not say what the gate was asked. */
  | { readonly kind: 'no_question' };

/** One verdict of the ledger, computed again. */
export interface Replayed {
  /** The row's number in the endpoint's ledger. */
  readonly seq: number;
  readonly stage: string;
  readonly step: string | null;
  readonly decision: Verdict['decision'];
  readonly algorithm: string;
  readonly batches: Verdict['batches'];
  /** Hashes of the batches that it was computed from, in order. */
  readonly batchHashes: readonly string[];
  /** None when it came out the same to the bit. */
  readonly findings: readonly Finding[];
}

/** Computes every verdict that sealed batches led to again, by the version of the algorithm that each names. */
export async function replay(
  rows: readonly HistoryRow[],
  readBatches: (range: BatchRange) => Promise<StoredBatches>,
): Promise<Replayed[]> {
  const questions = questionsIn(rows);
  const replayed: Replayed[] = [];
  for (const row of rows) {
    const verdict = verdictIn(row);
    if (!verdict || !isFromBatches(verdict)) continue;
    const { seq, stage, step } = row;
    const { decision, algorithm, batches } = verdict;
    const { findings, batchHashes } = await check(verdict, questions.get(seq) ?? null, (range) =>
      readBatches({ target: row.target, endpoint: row.endpoint, ...range }),
    );
    replayed.push({ seq, stage, step, decision, algorithm, batches, batchHashes, findings });
  }
  return replayed;
}

async function check(
  verdict: Verdict,
  question: GateQuestion | null,
  readBatches: (range: Pick<BatchRange, 'epoch' | 'fromSequence' | 'lastIndex'>) => Promise<StoredBatches>,
): Promise<Pick<Replayed, 'findings' | 'batchHashes'>> {
  const judgeAll = algorithmNamed(verdict.algorithm);
  if (!judgeAll) return { findings: [{ kind: 'unknown_algorithm', algorithm: verdict.algorithm }], batchHashes: [] };
  if (!question) return { findings: [{ kind: 'no_question' }], batchHashes: [] };
  const { batches, changed } = await readBatches({
    epoch: question.epoch,
    // Not from the verdict's own first batch: one that left out what spoke against it would come out again.
    fromSequence: question.calibrationSequence ?? question.stageSequence,
    lastIndex: verdict.batches.last,
  });
  const batchHashes = batches.map(({ hash }) => hash);
  const expected = verdict.batches.count;
  const findings: Finding[] = [];
  if (changed.length > 0) findings.push({ kind: 'batches_changed', indexes: changed });
  if (batches.length < expected) findings.push({ kind: 'batches_missing', expected, found: batches.length });
  // Figures from other batches would differ in everything and explain nothing.
  if (findings.length > 0) return { findings, batchHashes };
  const differences = differencesOf(verdict, judgeAll(question, batches), fieldsOfTheWatch(verdict));
  return { findings: differences.map((difference) => ({ kind: 'difference', ...difference })), batchHashes };
}

/** What is not the gate's own: whoever watched says when the time was over, and when evidence could not be had. */
function fieldsOfTheWatch({ reason }: Verdict): readonly string[] {
  switch (reason) {
    case 'EvidenceUnreachable':
      return ['decision', 'reason', 'summary'];
    case 'NotEnoughEvidence':
      return ['reason', 'summary'];
    case 'NoData':
      return ['summary'];
    default:
      return [];
  }
}
