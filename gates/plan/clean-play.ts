import type { Expected } from '../clean-run.ts';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import { cleanBatch, expectedOf } from '../clean-run.ts';
import { judge, observe, openGate } from '../gate.ts';

/** Requests of the candidate beyond which a proof counts as out of reach. */
export const OUT_OF_REACH = 10_000_000;

/** What a gate came to with clean batches. */
export interface Played {
  readonly requests: number | null;
  readonly slowest: readonly string[];
  /** Each metric that has to be proved, and the requests it took; `null` where there were not enough. */
  readonly proofs: readonly { readonly metric: string; readonly requests: number | null }[];
  readonly batches: readonly GateBatch[];
  /** What the gate said last, where it did not pass. */
  readonly stuck: string | null;
}

/** Goes on with clean batches after the earlier steps' ones until the gate passes, or the candidate has had `most` requests. */
export function playClean(
  asked: GateQuestion,
  {
    earlier = [],
    expected,
    most = OUT_OF_REACH,
  }: { earlier?: readonly GateBatch[]; expected: Expected; most?: number },
): Played {
  const batches = [...earlier];
  const proved = new Map<string, number | null>();
  let before = earlier.reduce((sum, batch) => sum + candidateOf(batch), 0);
  let state = batches.reduce(observe, openGate(asked));
  let slowest: readonly string[] = [];
  let said = '';
  const proofs = () => [...proved].map(([metric, requests]) => ({ metric, requests }));
  for (let requests = 0; requests < most;) {
    const n = 10 * Math.max(1, Math.floor(requests / (requests < FINE ? 200 : 50)));
    const batch = cleanBatch(asked, { index: batches.length, n, before }, expected);
    batches.push(batch);
    [requests, before] = [requests + n, before + n];
    state = observe(state, batch);
    const { decision, metrics, summary } = judge(state);
    const required = metrics.filter((metric) => metric.required);
    for (const { metric, decision: own } of required)
      if (proved.get(metric) == null) proved.set(metric, own === 'pass' ? requests : null);
    if (decision === 'pass') return { requests, slowest, proofs: proofs(), batches, stuck: null };
    said = summary;
    slowest = required.filter((metric) => metric.decision === 'undecided').map(({ metric }) => metric);
  }
  return { requests: null, slowest, proofs: proofs(), batches, stuck: said };
}

/** Up to this many requests each batch adds 5 %, then 20 %. */
const FINE = 100_000;

function candidateOf({ arms, pairs }: GateBatch): number {
  return arms[0]?.n ?? pairs[0]?.n ?? 0;
}

/** Batches of real size after which a clean candidate passes that question; `null` where `most` are not enough. */
export function batchesToPass(asked: GateQuestion, perBatch: number, most: number): number | null {
  const expected = expectedOf(null);
  let state = openGate(asked);
  for (let index = 0; index < most; index += 1) {
    const before = Math.floor(index * perBatch);
    const n = Math.floor((index + 1) * perBatch) - before;
    state = observe(state, cleanBatch(asked, { index, n, before }, expected));
    if (judge(state).decision === 'pass') return index + 1;
  }
  return null;
}
