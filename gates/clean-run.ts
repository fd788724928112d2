import type {
  ArmCounts,
  GateBatch,
  LabelCounts,
  LatencySketch,
  PairCounts,
  ResourceUse,
} from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { LatencyLaw } from './plan/latency-law.ts';
import type { Traffic } from './plan/traffic.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { latencyLaw, sketchOf } from './plan/latency-law.ts';

/** Most different latencies in one batch, so that large batches stay cheap. */
const MOST_POINTS = 1_000;
/** Share of wrong answers that both versions are taken to give where that is not known. */
const WRONG = 0.1;

/** Both versions' answers, as many of each kind as is expected. */
export interface Expected {
  readonly errors: number;
  readonly rejected: number;
  readonly latency: LatencyLaw;
  readonly labelled: number;
  readonly wrong: number;
}

/** What is expected of traffic; nothing fails, and each prediction gets its label at once, where nothing else is known. */
export function expectedOf(traffic: Traffic | null): Expected {
  return {
    errors: traffic?.errors ?? 0,
    rejected: traffic?.rejected ?? 0,
    latency: latencyLaw(traffic?.latency ?? null),
    labelled: traffic?.labelled || 1,
    wrong: traffic?.wrong ?? WRONG,
  };
}

/** Requests of the candidate in a batch, and in all batches before it. */
export interface Place {
  readonly index: number;
  readonly n: number;
  readonly before: number;
}

/** A batch in which the candidate is exactly as good as stable, with the counts that are expected. */
export function cleanBatch(question: GateQuestion, { index, n, before }: Place, expected: Expected): GateBatch {
  const times = (FULL_WEIGHT - question.weight) / Math.max(question.weight, 1);
  const stable = Math.round(n * times);
  const arms = [
    cleanArm(question.candidate, { index, n, before }, expected),
    cleanArm(question.stable ?? '', { index: index + 0.5, n: stable, before: Math.round(before * times) }, expected),
  ];
  return {
    endpoint: '',
    fence: { epoch: question.epoch, sequence: question.stepSequence },
    index,
    opened: '1970-01-01T00:00:00.000Z',
    sealed: '1970-01-01T00:00:00.000Z',
    arms: question.stage === 'shadow' ? [] : arms,
    pairs: question.stage === 'shadow' ? [cleanPairs(question, n, index, expected)] : [],
    labels: arms.map((arm) => cleanLabels(arm.version, arm.n, index, expected)),
    lost: 0,
    hash: '',
  };
}

function cleanArm(version: string, { index, n, before }: Place, expected: Expected): ArmCounts {
  const due = (rate: number) => Math.round((before + n) * rate) - Math.round(before * rate);
  const counts = { n, errors: due(expected.errors), timeouts: 0, rejected: due(expected.rejected), violations: 0 };
  const latency = spread(n, index, expected.latency);
  // Of beginnings no more is known than of whole answers; of lengths, that they never vary.
  const tokens = { answers: n, input: 0, output: n };
  return { version, ...counts, latency, firstToken: latency, tokens, users: null, resources: steadyUse(n) };
}

/** As many replicas for each request, so that each server has the same load; readings that never vary. */
export function steadyUse(n: number): ResourceUse {
  const times = { cpuSeconds: n, gpuSeconds: n, idleCpuSeconds: 0 };
  return { replicas: 1, samples: 1, ...times, memoryBytes: 1, gpuMemoryBytes: 1 };
}

/** Half of the labels are positive, half of the wrong ones misses. Losses are as spread as those of normal errors. */
export function cleanLabels(
  version: string,
  predictions: number,
  index: number,
  expected: Pick<Expected, 'labelled' | 'wrong'>,
): LabelCounts {
  const n = Math.round(predictions * Math.min(expected.labelled, 1));
  const wrong = Math.round(n * expected.wrong);
  const missed = Math.min(index % 2 < 1 ? Math.floor(wrong / 2) : Math.ceil(wrong / 2), Math.floor(n / 2));
  const positive = Math.floor(n / 2);
  const confusion = {
    truePositive: positive - missed,
    falsePositive: wrong - missed,
    falseNegative: missed,
    trueNegative: n - positive - (wrong - missed),
  };
  const squared = { bound: 16, sum: n, squares: 3 * n, clipped: 0 };
  const absolute = { bound: 4, sum: 0.8 * n, squares: n, clipped: 0 };
  const cohort = { cohort: index, revision: index, predictions, earlier: 0 };
  return { version, n, correct: n - wrong, ...cohort, confusion, losses: { squared, absolute } };
}

function cleanPairs({ candidate, stable }: GateQuestion, n: number, index: number, { latency }: Expected): PairCounts {
  const none = { disagree: 0, onlyAgainstFailed: 0, onlyVersionFailed: 0, unpaired: 0 };
  const both = { latency: spread(n, index, latency), latencyAgainst: spread(n, index, latency) };
  return { version: candidate, against: stable ?? '', n, ...none, ...both };
}

/** Latencies at evenly spaced quantiles, shifted from batch to batch so that small batches reach the tail in turn. */
function spread(n: number, index: number, law: LatencyLaw): LatencySketch {
  const each = Math.ceil(n / MOST_POINTS);
  const points = Math.floor(n / Math.max(each, 1));
  const shift = ((index + 1) * GOLDEN) % 1;
  return sketchOf(
    Array.from({ length: points }, (_, i) => law((i + shift) / points)),
    each,
  );
}

/** Multiples of the golden ratio's fraction spread evenly over [0, 1) however many there are (Weyl). */
const GOLDEN = 0.6180339887498949;
