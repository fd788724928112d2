import type { ArmCounts, LatencySketch } from '../domain/gate-batch.ts';
import type { Calibration } from '../domain/gate-question.ts';
import type { Chain } from './noise/calibration.ts';
import type { Histogram } from './histogram.ts';
import type { TwoArms } from './two-arms.ts';
import { EMPTY_HISTOGRAM, addSketch, countAbove, quantileIndex } from './histogram.ts';
import { QUANTILES } from './latency.ts';
import { noiseKind } from './course.ts';
import { STABLE_BUCKETS } from './buckets.ts';
import { noiseOf, watchReplica } from './noise/calibration.ts';
import { tableLikelihood } from './table-likelihood.ts';

/** What windows of stable alone have taught so far; plain data. */
export interface Calibrating {
  /** By metric, one chain for each replica. */
  readonly chains: Readonly<Record<string, readonly Chain[]>>;
  readonly latency: Histogram;
  /** What came before, fading, where there is but one replica to compare with. */
  readonly before: Readonly<Record<CountName, { readonly bad: number; readonly n: number }>>;
}

type CountName = 'errors' | 'rejected';
const COUNTS: readonly CountName[] = ['errors', 'rejected'];
const NOTHING = { bad: 0, n: 0 };

export const UNCALIBRATED: Calibrating = {
  chains: {},
  latency: EMPTY_HISTOGRAM,
  before: { errors: NOTHING, rejected: NOTHING },
};

/** One replica's requests in one window. */
export interface Replica {
  readonly n: number;
  readonly errors: number;
  readonly rejected: number;
  readonly latency: LatencySketch;
}

/** After one more window of stable's replicas: each is compared with the others, as a candidate that is no worse would be. */
export function calibrateReplicas(known: Calibrating, replicas: readonly Replica[]): Calibrating {
  const chains: Record<string, readonly Chain[]> = { ...known.chains };
  const grow = (metric: string, tableOf: (own: Replica, others: readonly Replica[]) => TwoArms | null): void => {
    chains[metric] = replicas.flatMap((own, i) => {
      const table = tableOf(own, replicas.toSpliced(i, 1));
      const chain = chains[metric]?.[i] ?? null;
      if (table === null) return chain ?? [];
      return watchReplica(chain, tableLikelihood(table), noiseKind(metric));
    });
  };
  for (const name of COUNTS)
    grow(name, (own, others) =>
      against({ bad: own[name], n: own.n }, sum(others.map((each) => ({ bad: each[name], n: each.n })))),
    );
  for (const { metric, quantile, least } of QUANTILES) {
    const bucket = known.latency.total >= least ? quantileIndex(known.latency, quantile) : null;
    grow(metric, (own, others) =>
      bucket === null
        ? null
        : against(slow(own.latency, bucket), sum(others.map((each) => slow(each.latency, bucket)))),
    );
  }
  const latency = replicas.reduce(
    (sketch, replica) => addSketch(sketch, replica.latency, STABLE_BUCKETS),
    known.latency,
  );
  return { ...known, chains, latency };
}

/** What is left of a window's weight after the next one. */
const FADE = 0.8;

/**
 * After one more window in which stable was alone: compared with the windows before it. What hits both arms later looks like
 * noise of one here, so this errs on the side of caution.
 */
export function calibrateAlone(
  known: Calibrating,
  arm: Pick<ArmCounts, 'n' | 'errors' | 'rejected' | 'latency'>,
): Calibrating {
  const chains: Record<string, readonly Chain[]> = { ...known.chains };
  const before = { ...known.before };
  const grow = (metric: string, table: TwoArms): void => {
    if (table.stable > 0)
      chains[metric] = [watchReplica(chains[metric]?.[0] ?? null, tableLikelihood(table), noiseKind(metric))];
  };
  for (const name of COUNTS) {
    const [own, earlier] = [{ bad: arm[name], n: arm.n }, known.before[name]];
    grow(name, against(own, { bad: Math.round(earlier.bad), n: Math.round(earlier.n) }));
    before[name] = { bad: short(FADE * earlier.bad + own.bad), n: short(FADE * earlier.n + own.n) };
  }
  for (const { metric, quantile, least } of QUANTILES) {
    const { total } = known.latency;
    const bucket = total >= least ? quantileIndex(known.latency, quantile) : null;
    if (bucket === null) continue;
    const earlier = { bad: Math.round(total * (1 - quantile)), n: total };
    grow(metric, against(slow(arm.latency, bucket), earlier));
  }
  return { chains, latency: addSketch(known.latency, arm.latency, STABLE_BUCKETS), before };
}

/** What a gate may take from it. */
export function calibrationOf({ chains, latency }: Calibrating): Calibration {
  const noise = Object.entries(chains).filter(([, each]) => each.length > 0);
  return {
    noise: Object.fromEntries(noise.map(([metric, each]) => [metric, noiseOf(each, noiseKind(metric))])),
    latency,
  };
}

type Half = { readonly bad: number; readonly n: number };

function against(own: Half, others: Half): TwoArms {
  return { candidateBad: own.bad, candidate: own.n, stableBad: others.bad, stable: others.n };
}

function sum(halves: readonly Half[]): Half {
  return halves.reduce((all, { bad, n }) => ({ bad: all.bad + bad, n: all.n + n }), NOTHING);
}

function slow(sketch: LatencySketch, bucket: number): Half {
  const { n, above } = countAbove(sketch, bucket);
  return { bad: above, n };
}

function short(x: number): number {
  return Math.round(x * 100) / 100;
}
