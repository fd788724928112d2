import type { CountedMetric } from './counted.ts';
import type { Evidence, Standing, Status } from '../evidence.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { LossMetric } from '../kinds/label-losses.ts';
import type { NamedMetric } from '../../domain/named-metrics.ts';
import type { PlannedMetric } from '../../domain/plan.ts';
import type { ResourceMetric } from '../kinds/resource.ts';
import type { Scene } from './scene.ts';
import { NAMED_METRICS } from '../../domain/named-metrics.ts';
import { countedStanding, observeCounted } from './counted.ts';
import { courseOf } from '../course.ts';
import { firstTokenStanding, observeFirstToken } from './first-token.ts';
import { lossStanding, observeLosses } from './losses.ts';
import { observeResource, resourceStanding } from './resources.ts';

const LOSSES: readonly string[] = ['mse', 'mae'] satisfies LossMetric[];
/** What servers use and answers take is compared batch by batch, all else request by request. */
export const PER_BATCH: readonly (NamedMetric & ResourceMetric)[] = [
  'cpu',
  'memory',
  'gpu',
  'gpuMemory',
  'outputTokens',
];

/** Those that rest on labels, and so can be judged wherever labels come late. */
export const LABELLED: readonly NamedMetric[] = ['precision', 'recall', 'f1', 'mse', 'mae'];

/** Each named metric's share of its stage's alpha: the more are named, the more they take of it, errors and latency the most. */
export const NAMED_SHARE = 0.04;

/** The metrics that the plan names, of those that the stage can judge; always in one order. */
export function namedIn({ plan }: GateQuestion, among: readonly NamedMetric[] = ALL): NamedMetric[] {
  return among.filter((name) => plan[name] !== undefined);
}

const ALL = Object.keys(NAMED_METRICS) as NamedMetric[];

/** Tracks and memory after one more batch, of these metrics alone. */
export function observeNamed(
  evidence: Evidence,
  scene: Scene,
  names: readonly NamedMetric[],
): Pick<Evidence, 'tracks' | 'memory'> {
  let { tracks, memory } = { tracks: {} as Evidence['tracks'], memory: evidence.memory };
  for (const name of names) {
    const planned = scene.question.plan[name];
    if (!planned) continue;
    const [before, course] = [evidence.tracks[name], courseOf(name, scene.question, evidence)];
    let after = before;
    if (isLoss(name)) {
      const seen = observeLosses(name, { track: before, totals: memory.losses?.[name] }, scene, planned, course);
      if (seen) [after, memory] = [seen.track, { ...memory, losses: { ...memory.losses, [name]: seen.totals } }];
    } else if (isResource(name)) {
      const known = { track: before, memory: memory.resources?.[name] };
      const seen = observeResource(name, known, scene.arms, planned, course);
      if (seen) [after, memory] = [seen.track, { ...memory, resources: { ...memory.resources, [name]: seen.memory } }];
    } else if (name === 'firstToken') {
      const known = { track: before, memory: memory.firstToken };
      const seen = observeFirstToken(known, { ...scene, nextWeight: scene.question.nextWeight }, planned, course);
      if (seen?.memory) [after, memory] = [seen.track, { ...memory, firstToken: seen.memory }];
    } else after = observeCounted(name, before, { scene, planned }, course);
    if (after) tracks = { ...tracks, [name]: after };
  }
  return { tracks, memory };
}

/** How these metrics stand. */
export function namedStandings(
  { tracks, memory }: Evidence,
  { plan }: GateQuestion,
  names: readonly NamedMetric[],
  /** Which of those that are asked for are so here; all, where absent. */
  { time, asked = () => true }: { readonly time: Status['time']; readonly asked?: (name: NamedMetric) => boolean },
): Standing[] {
  return names.flatMap((name) => {
    const own: PlannedMetric | undefined = plan[name];
    if (!own) return [];
    const planned = { ...own, required: own.required && asked(name) };
    const { alpha, beta } = plan;
    const status = { planned, alpha, beta, time, alphaShare: NAMED_SHARE };
    if (isLoss(name)) return lossStanding(name, { track: tracks[name], totals: memory.losses?.[name] }, status);
    if (isResource(name))
      return resourceStanding(name, { track: tracks[name], memory: memory.resources?.[name] }, status);
    if (name === 'firstToken') return firstTokenStanding({ track: tracks[name], memory: memory.firstToken }, status);
    return countedStanding(name, tracks[name], status);
  });
}

/** Whether a metric says what servers use or answers take, batch by batch, which is asked for only before all traffic: a few requests are not enough to tell. */
export function isResource(name: NamedMetric): name is NamedMetric & ResourceMetric {
  return PER_BATCH.some((each) => each === name);
}

function isLoss(name: NamedMetric): name is NamedMetric & LossMetric {
  return LOSSES.includes(name);
}

export type { CountedMetric };
