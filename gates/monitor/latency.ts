import type { LatencySketch } from '../../domain/gate-batch.ts';
import type { Finding } from '../../domain/monitor.ts';
import { armOf } from '../batch-tables.ts';
import { STABLE_BUCKETS } from '../buckets.ts';
import {
  addSketch,
  countAbove,
  EMPTY_HISTOGRAM,
  indexToMs,
  msToIndex,
  quantileIndex,
  ratioToBuckets,
} from '../histogram.ts';
import type { Histogram } from '../histogram.ts';
import { worstDesignEffect } from '../users.ts';
import { batchMsOf, type Detected, type MonitoredWindow } from './detector.ts';
import { AT_EASE, guard, isDoubtful, type Guard } from './guard.ts';

/** What is known of a version's latency: how it usually is, and whether p99 is above that, and above its absolute limit. */
export interface LatencyMemory {
  readonly usual: Histogram;
  readonly spike: Guard;
  readonly limit: Guard;
}

const NOTHING: LatencyMemory = { usual: EMPTY_HISTOGRAM, spike: AT_EASE, limit: AT_EASE };

const P99 = 0.99;
/** One and a half times the usual p99, for twice as many requests as a p99 is about. */
const SLOWER = 0.5;
const SLOW_SHARE = 0.02;
/** Requests from which on it is known what is usual, and most that one window may teach: the past must not be the last minute. */
const KNOWN = 500;
const TAUGHT = 200;

/** Slow requests: against the version's own past, and against the absolute limit where there is one. */
export function detectLatency(before: LatencyMemory = NOTHING, window: MonitoredWindow): Detected<LatencyMemory> {
  const { version, batches, plan } = window;
  const arms = batches.map((batch) => armOf(batch, version));
  const lookMs = batchMsOf(batches);
  const slower = (index: number) =>
    arms.map((arm) => {
      const { n, above } = countAbove(arm.latency, index);
      return { bad: above, n, users: worstDesignEffect([arm]) };
    });
  const { p99Ms } = plan.latency;
  const usual = before.usual.total >= KNOWN ? quantileIndex(before.usual, P99) : null;
  const unusual = usual === null ? null : usual + ratioToBuckets(SLOWER);
  const spike = unusual === null ? before.spike : guard(before.spike, slower(unusual), { limit: SLOW_SHARE, lookMs });
  const limit =
    p99Ms === null ? before.limit : guard(before.limit, slower(msToIndex(p99Ms)), { limit: 1 - P99, lookMs });
  const all = arms.reduce((sum, { latency }) => addSketch(sum, latency, STABLE_BUCKETS), EMPTY_HISTOGRAM);
  const doubtful = isDoubtful(spike) || isDoubtful(limit);
  const state = {
    usual: doubtful
      ? before.usual
      : taught(
          before.usual,
          arms.map(({ latency }) => latency),
        ),
    spike,
    limit,
  };
  const p99 = quantileIndex(all, P99);
  const finding = (severity: Finding['severity'], most: number): Finding => {
    const value = p99 === null ? most : Math.round(indexToMs(p99));
    const usually = usual === null ? '' : `, ${Math.round(indexToMs(usual))} ms is usual`;
    const summary = `one request in a hundred took ${value} ms or more${usually}; the limit is ${most} ms`;
    return { kind: 'latency', subject: 'p99', severity, summary, value, limit: most };
  };
  if (limit.alarm && p99Ms !== null) return { state, findings: [finding('critical', p99Ms)] };
  if (spike.alarm && unusual !== null) return { state, findings: [finding('warning', Math.round(indexToMs(unusual)))] };
  return { state, findings: [] };
}

/** Of a window's requests a few hundred are learnt, at even distances from the quickest to the slowest. */
function taught(usual: Histogram, sketches: readonly LatencySketch[]): Histogram {
  const counts = new Map<number, number>();
  for (const [index, n] of sketches.flat()) counts.set(index, (counts.get(index) ?? 0) + n);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  const share = Math.min(1, TAUGHT / Math.max(total, 1));
  let seen = 0;
  const thinned = sorted.map(([index, n]) => {
    const before = Math.round(seen * share);
    seen += n;
    return [index, Math.round(seen * share) - before] as const;
  });
  return addSketch(
    usual,
    thinned.filter(([, n]) => n > 0),
    STABLE_BUCKETS,
  );
}
