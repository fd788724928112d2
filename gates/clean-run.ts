import type { ArmCounts, GateBatch, LatencySketch, PairCounts } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { ln } from './numeric.ts';
import { msToIndex } from './histogram.ts';

/** Latencies of an exponential distribution have this mean: they are wide, as those of model servers are. */
const MEAN_MS = 100;
/** Most different latencies in one batch, so that large batches stay cheap. */
const MOST_POINTS = 1_000;
/** Share of wrong answers that both versions are taken to give. */
const WRONG = 0.1;

/** A batch in which the candidate is exactly as good as stable and nothing fails: `tens` × 10 requests of the candidate. */
export function cleanBatch(question: GateQuestion, index: number, tens: number): GateBatch {
  const candidate = tens * 10;
  const stable = 10 * Math.round((tens * (FULL_WEIGHT - question.weight)) / Math.max(question.weight, 1));
  const arms = [cleanArm(question.candidate, candidate, index), cleanArm(question.stable ?? '', stable, index + 0.5)];
  return {
    endpoint: '',
    fence: { epoch: question.epoch, sequence: question.stepSequence },
    index,
    opened: '1970-01-01T00:00:00.000Z',
    sealed: '1970-01-01T00:00:00.000Z',
    arms: question.stage === 'shadow' ? [] : arms,
    pairs: question.stage === 'shadow' ? [cleanPairs(question, candidate, index)] : [],
    labels: arms.map(({ version, n }) => ({ version, n, correct: n - Math.round(n * WRONG) })),
    lost: 0,
    hash: '',
  };
}

function cleanArm(version: string, n: number, index: number): ArmCounts {
  return { version, n, errors: 0, timeouts: 0, rejected: 0, latency: spread(n, index), users: null };
}

function cleanPairs({ candidate, stable }: GateQuestion, n: number, index: number): PairCounts {
  const none = { disagree: 0, onlyAgainstFailed: 0, onlyVersionFailed: 0, unpaired: 0 };
  return {
    version: candidate,
    against: stable ?? '',
    n,
    ...none,
    latency: spread(n, index),
    latencyAgainst: spread(n, index),
  };
}

/** Latencies at evenly spaced quantiles, shifted from batch to batch so that small batches reach the tail in turn. */
function spread(n: number, index: number): LatencySketch {
  const each = Math.ceil(n / MOST_POINTS);
  const points = Math.floor(n / Math.max(each, 1));
  const shift = ((index + 1) * GOLDEN) % 1;
  const counts = new Map<number, number>();
  for (let i = 0; i < points; i += 1) {
    const bucket = msToIndex(-MEAN_MS * ln(1 - (i + shift) / points));
    counts.set(bucket, (counts.get(bucket) ?? 0) + each);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** Multiples of the golden ratio's fraction spread evenly over [0, 1) however many there are (Weyl). */
const GOLDEN = 0.6180339887498949;
