import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Arms } from '../kinds/arms.ts';
import type { Course, Track } from '../track.ts';
import type { Histogram } from '../histogram.ts';
import type { PlannedMetric } from '../../domain/plan.ts';
import type { ComparedQuantile } from '../latency.ts';
import type { Standing, Status } from '../evidence.ts';
import { EMPTY_HISTOGRAM } from '../histogram.ts';
import { bothArms, eachArm } from '../kinds/arms.ts';
import { latencyStanding, observeLatency, rememberLatency } from '../latency-metric.ts';
import { latencyTolerance, ratioMargin } from '../margin.ts';
import { ratioEffect } from '../effect.ts';

/** What users of a stream wait for is its slow beginnings. */
const SLOWEST: ComparedQuantile = { metric: 'firstToken', quantile: 0.95, least: 40 };
const NOTHING: Arms<Histogram> = { candidate: EMPTY_HISTOGRAM, stable: EMPTY_HISTOGRAM };

export interface KnownFirstToken {
  readonly track: Track | undefined;
  readonly memory: Arms<Histogram> | undefined;
}

/** What is known of the time to the first token after one more batch; `null` where not both arms streamed. */
export function observeFirstToken(
  { track: before, memory: earlier = NOTHING }: KnownFirstToken,
  { arms, users, nextWeight }: { readonly arms: Arms<ArmCounts>; readonly users: number; readonly nextWeight: number },
  { margin }: PlannedMetric,
  course: Course,
): KnownFirstToken | null {
  const sketches = bothArms(eachArm(arms, ({ firstToken }) => firstToken));
  if (sketches === null) return null;
  const seen = { sketches, users, tolerance: latencyTolerance(margin), margin: ratioMargin(margin, nextWeight) };
  return {
    track: observeLatency(before, earlier, SLOWEST, seen, course),
    memory: rememberLatency(earlier, sketches),
  };
}

export function firstTokenStanding(
  { track, memory = NOTHING }: KnownFirstToken,
  { alpha, ...status }: { readonly planned: PlannedMetric; readonly alpha: number } & Status,
): Standing {
  const standing = latencyStanding(SLOWEST, track, memory, status);
  return { ...standing, effect: ratioEffect(standing, memory, SLOWEST.quantile, alpha) };
}
