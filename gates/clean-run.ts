import type { ArmCounts, GateBatch, LatencySketch, PairCounts } from '../domain/gate-batch.ts';
import type { GateQuestion } from './question.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { ln } from './numeric.ts';
import { msToIndex } from './histogram.ts';

/** Ten latencies at the middle of each tenth of an exponential distribution: wide, as those of model servers are. */
const LATENCIES = Array.from({ length: 10 }, (_, i) => msToIndex(-100 * ln(1 - (i + 0.5) / 10)));
/** Share of wrong answers that both versions are taken to give. */
const WRONG = 0.1;

/** A batch in which the candidate is exactly as good as stable and nothing fails: `tens` × 10 requests of the candidate. */
export function cleanBatch(question: GateQuestion, index: number, tens: number): GateBatch {
  const candidate = tens * 10;
  const stable = 10 * Math.round((tens * (FULL_WEIGHT - question.weight)) / Math.max(question.weight, 1));
  const arms = [cleanArm(question.candidate, candidate), cleanArm(question.stable ?? '', stable)];
  return {
    endpoint: '',
    fence: { epoch: question.epoch, sequence: question.stepSequence },
    index,
    opened: '1970-01-01T00:00:00.000Z',
    sealed: '1970-01-01T00:00:00.000Z',
    arms: question.stage === 'shadow' ? [] : arms,
    pairs: question.stage === 'shadow' ? [cleanPairs(question, candidate)] : [],
    labels: arms.map(({ version, n }) => ({ version, n, correct: n - Math.round(n * WRONG) })),
    lost: 0,
    hash: '',
  };
}

function cleanArm(version: string, n: number): ArmCounts {
  return { version, n, errors: 0, timeouts: 0, rejected: 0, latency: spread(n), users: null };
}

function cleanPairs({ candidate, stable }: GateQuestion, n: number): PairCounts {
  const none = { disagree: 0, onlyAgainstFailed: 0, onlyVersionFailed: 0, unpaired: 0 };
  return { version: candidate, against: stable ?? '', n, ...none, latency: spread(n), latencyAgainst: spread(n) };
}

function spread(n: number): LatencySketch {
  return LATENCIES.map((index) => [index, n / LATENCIES.length] as const).filter(([, count]) => count > 0);
}
