import type { ArmCounts } from '../../domain/gate-batch.ts';
import type { Arms } from '../kinds/arms.ts';
import type { Course, Track } from '../track.ts';
import type { PlannedMetric } from '../../domain/plan.ts';
import type { Proof } from '../proof.ts';
import type { ResourceMetric } from '../kinds/resource.ts';
import type { Series } from '../kinds/series.ts';
import type { Stakes } from '../capital.ts';
import type { Standing, Status } from '../evidence.ts';
import { FINE } from './fine.ts';
import { NO_SERIES, follow, levelLikelihood, scatter } from '../kinds/series.ts';
import { NO_TRACK, track } from '../track.ts';
import { RESOURCE_TOLERANCE, lnRatio, resourcesOf } from '../kinds/resource.ts';
import { clamp, ln } from '../numeric.ts';
import { evenStakes } from '../capital.ts';
import { levelEffect } from './effects.ts';
import { short } from '../kinds/short.ts';
import { standing } from '../standing.ts';

/** How the log ratio of the arms' use has been, and what each used on average. */
export interface ResourceMemory {
  readonly series: Series;
  readonly used: Arms<number>;
}

export interface KnownResource {
  readonly track: Track | undefined;
  readonly memory: ResourceMemory | undefined;
}

const NOTHING: ResourceMemory = { series: NO_SERIES, used: { candidate: 0, stable: 0 } };
/** Where the proof's alternatives lie, as shares of the margin. */
const PARTS = [-1, 0, 0.5];
const STAKES: Stakes = evenStakes(PARTS.length, 0.9);
/** A batch further off than this is taken for so far off only: one batch proves little. */
const WIDEST = 3;

/** One table for each batch that can be compared: only how many there are is counted. */
const ONE_BATCH = { candidateBad: 0, candidate: 1, stableBad: 0, stable: 1 };

/** What is known of a resource after one more batch; `null` where both arms' use of it was not measured. */
export function observeResource(
  name: ResourceMetric,
  { track: before = NO_TRACK, memory: { series, used } = NOTHING }: KnownResource,
  arms: Arms<ArmCounts>,
  { margin }: PlannedMetric,
  course: Course,
): KnownResource | null {
  const now = resourcesOf(name, arms);
  if (now === null) return null;
  const ratio = lnRatio(now);
  const level = levelLikelihood(series, ratio);
  const limit = ln(1 + margin);
  const tolerated = Math.min(RESOURCE_TOLERANCE, limit / 2);
  const observation = {
    table: ONE_BATCH,
    likelihood: (effect: number) => level(tolerated + FINE * effect),
    lnFavour: PARTS.map((part) => level(part * limit) - level(limit)),
    stakes: STAKES,
    proof: proofOf(series, limit - ratio),
    users: 1,
  };
  return {
    track: track(before, observation, course),
    memory: { series: follow(series, ratio), used: mean(used, now, series.n) },
  };
}

function proofOf(series: Series, room: number): Proof {
  const scale = scatter(series);
  const precision = 1 / (scale * scale);
  return { gain: precision * clamp(room, -WIDEST * scale, WIDEST * scale), variance: precision };
}

function mean(before: Arms<number>, now: Arms<number>, n: number): Arms<number> {
  const one = (old: number, fresh: number) => short(old + (fresh - old) / (n + 1));
  return { candidate: one(before.candidate, now.candidate), stable: one(before.stable, now.stable) };
}

const UNITS = { cpu: 'seconds', gpu: 'seconds', memory: 'bytes', gpuMemory: 'bytes', outputTokens: 'tokens' } as const;

export function resourceStanding(
  name: ResourceMetric,
  { track: known = NO_TRACK, memory = NOTHING }: KnownResource,
  { planned, alpha, ...status }: { readonly planned: PlannedMetric; readonly alpha: number } & Status,
): Standing {
  const { series, used } = memory;
  return {
    ...standing(name, known, STAKES, planned, status),
    candidate: series.n > 0 ? used.candidate : null,
    stable: series.n > 0 ? used.stable : null,
    unit: UNITS[name],
    effect: levelEffect(series, alpha),
  };
}
