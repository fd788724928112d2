import type { ArmLine, BatchLine } from '../../../gates/session/protocol.ts';

/** What a metrics store would show of one arm for one minute; `NaN` without data. */
export interface MinutePoint {
  readonly errorRate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly accuracy: number;
  /** Share of pairs in which this arm alone was wrong. */
  readonly aloneWrong: number;
}

export function minutePoints({ stable, candidate, paired }: BatchLine): {
  stable: MinutePoint;
  candidate: MinutePoint;
} {
  return {
    stable: pointOf(stable, paired ? paired.stable_only_wrong / paired.n : NaN),
    candidate: pointOf(candidate, paired ? paired.candidate_only_wrong / paired.n : NaN),
  };
}

function pointOf({ n, errors, latencies_ms: latencies = [], labels }: ArmLine, aloneWrong: number): MinutePoint {
  const sorted = Float64Array.from(latencies).sort();
  return {
    errorRate: errors / n,
    p50: quantileOf(sorted, 0.5),
    p95: quantileOf(sorted, 0.95),
    p99: quantileOf(sorted, 0.99),
    accuracy: labels ? labels.correct / labels.n : NaN,
    aloneWrong,
  };
}

/** Linear between order statistics, as most metric stores give it. */
function quantileOf(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (at - Math.floor(at)) * (high - low);
}
