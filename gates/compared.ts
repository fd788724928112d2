import type { ArmCounts, GateBatch } from '../domain/gate-batch.ts';
import type { Evidence, Samples, Standing } from './evidence.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Scene } from './metrics/scene.ts';
import type { Track } from './track.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { QUANTILES } from './latency.ts';
import { addUsers, errorDesignEffect } from './users.ts';
import { weightBesideStable } from './ab/other-arms.ts';
import { armOf, pairsOf } from './batch-tables.ts';
import { coverageObstacles, coverageStanding, needsCoverage, observeCoverage } from './metrics/coverage.ts';
import { countedStanding, observeCounted } from './metrics/counted.ts';
import { courseOf } from './course.ts';
import { driftObstacles, driftStandings, observeDistributions } from './metrics/drift.ts';
import { failureStanding, observeFailures } from './failure-metric.ts';
import { isResource, namedIn, namedStandings, NAMED_SHARE, observeNamed } from './metrics/named.ts';
import { latencyStanding, observeLatency, rememberLatency } from './latency-metric.ts';
import { latencyTolerance, ratioMargin, shareMargin } from './margin.ts';
import { observeSplit } from './split.ts';
import { observeTimeouts, timeoutStandings } from './metrics/timeouts.ts';
import { sceneOf } from './metrics/scene.ts';

/**
 * Each metric's share of the canary's alpha: the weights of a mean of e-processes (Vovk and Wang 2021). Which metrics are
 * judged is fixed by the plan, before there is any batch; `NAMED_SHARE` is that of each further one.
 */
const SHARES = {
  errors: 0.3,
  rejected: 0.1,
  accuracy: 0.1,
  paired: 0.1,
  latency: { p50: 0.15, p95: 0.15, p99: 0.1 },
} as const;
const COUNTS = ['errors', 'rejected', 'accuracy'] as const;

/** Requests of both arms; the labelled pairs where there is nothing else. */
export function comparedSamples(batch: GateBatch, question: GateQuestion): Samples {
  const live = { candidate: armOf(batch, question.candidate).n, stable: armOf(batch, question.stable).n };
  const pairs = pairsOf(batch, question)?.wrong?.n ?? 0;
  return live.candidate + live.stable > 0 ? live : { candidate: pairs, stable: pairs };
}

/** Both arms' live requests in one more batch, side by side. */
export function observeCompared(evidence: Evidence, batch: GateBatch, question: GateQuestion): Evidence {
  const scene = sceneOf(batch, question);
  const { arms } = scene;
  const both = [arms.candidate, arms.stable];
  const named = observeNamed(evidence, scene, namedIn(question));
  return {
    ...evidence,
    tracks: { ...observeTracks(evidence, scene), ...observePairs(evidence, scene), ...named.tracks },
    memory: observeMemory({ ...evidence, memory: named.memory }, scene),
    latency: rememberLatency(evidence.latency, { candidate: arms.candidate.latency, stable: arms.stable.latency }),
    users: addUsers(evidence.users, both),
    split: tellsSplit(both, batch, question)
      ? observeSplit(
          evidence.split,
          comparedSamples(batch, question),
          weightBesideStable(question),
          shareOfLongest(batch, question),
        )
      : evidence.split,
  };
}

function observeTracks(evidence: Evidence, scene: Scene): Evidence['tracks'] {
  const { question, arms, users } = scene;
  const { plan, nextWeight } = question;
  const designEffects = { errors: errorDesignEffect(evidence.users, users), rejected: users, accuracy: users };
  const tracks: Record<string, Track> = {};
  for (const name of COUNTS) {
    if (plan[name].unjudged) continue;
    const told = { scene, planned: plan[name], users: designEffects[name] };
    const after = observeCounted(name, evidence.tracks[name], told, courseOf(name, question, evidence));
    if (after) tracks[name] = after;
  }
  const sketches = { candidate: arms.candidate.latency, stable: arms.stable.latency };
  for (const quantile of QUANTILES) {
    const { margin, unjudged } = plan.latency[quantile.name];
    if (unjudged) continue;
    const seen = { sketches, users, tolerance: latencyTolerance(margin), margin: ratioMargin(margin, nextWeight) };
    const [known, course] = [evidence.tracks[quantile.metric], courseOf(quantile.metric, question, evidence)];
    tracks[quantile.metric] = observeLatency(known, evidence.latency, quantile, seen, course);
  }
  return tracks;
}

/** Answers to the same requests whose truth is known, where some were mirrored. */
function observePairs(evidence: Evidence, { batch, question }: Scene): Evidence['tracks'] {
  const { tracks } = evidence;
  const { paired } = question.plan;
  const wrong = pairsOf(batch, question)?.wrong;
  if (!paired || !wrong) return tracks.paired ? { paired: tracks.paired } : {};
  const counts = { pairs: wrong.n, onlyCandidate: wrong.onlyVersion, onlyStable: wrong.onlyAgainst };
  const margin = shareMargin(paired.margin, question.nextWeight);
  return { paired: observeFailures(tracks.paired, counts, margin, courseOf('paired', question, evidence)) };
}

function observeMemory({ memory }: Evidence, scene: Scene): Evidence['memory'] {
  const { question, arms } = scene;
  const timeouts = observeTimeouts(memory.timeouts, scene);
  return {
    ...memory,
    ...(timeouts && { timeouts }),
    ...(needsCoverage(question.plan) && { coverage: observeCoverage(memory.coverage, scene) }),
    ...(question.plan.drift && {
      drift: observeDistributions(memory.drift, arms, { ...scene, profile: scene.batch.profile }),
    }),
  };
}

/** Earlier steps had another weight; users that stick to an arm make the split by request anything but binomial. */
function tellsSplit(arms: readonly ArmCounts[], { fence }: GateBatch, { stepSequence }: GateQuestion): boolean {
  return fence.sequence >= stepSequence && arms.every(({ users }) => users === null);
}

/** A batch's length as a share of the longest time that a request may take; 1 where that is not known. */
function shareOfLongest({ opened, sealed }: GateBatch, { plan: { longestMs } }: GateQuestion): number {
  return longestMs === undefined ? 1 : (Date.parse(sealed) - Date.parse(opened)) / longestMs;
}

export function comparedStandings(evidence: Evidence, question: GateQuestion, time: number | null): Standing[] {
  const { tracks, latency, memory } = evidence;
  const { plan } = question;
  const { alpha, beta } = plan;
  const counts = COUNTS.filter((name) => !plan[name].unjudged);
  const quantiles = QUANTILES.filter(({ name }) => !plan.latency[name].unjudged);
  const last = question.nextWeight >= FULL_WEIGHT;
  return [
    ...counts.map((name) => {
      const status = { planned: plan[name], alphaShare: SHARES[name], alpha, beta, time };
      return countedStanding(name, tracks[name], status);
    }),
    ...quantiles.map((quantile) => {
      const [planned, alphaShare] = [plan.latency[quantile.name], SHARES.latency[quantile.name]];
      return latencyStanding(quantile, tracks[quantile.metric], latency, { planned, alphaShare, beta, time });
    }),
    ...(plan.paired
      ? [failureStanding('paired', tracks.paired, { planned: plan.paired, alphaShare: SHARES.paired, beta, time })]
      : []),
    ...namedStandings(evidence, question, namedIn(question), { time, asked: (name) => last || !isResource(name) }),
    ...(plan.drift ? driftStandings(memory.drift, question, plan.drift, NAMED_SHARE) : []),
    ...(needsCoverage(plan) ? [coverageStanding(memory.coverage, plan)] : []),
    ...timeoutStandings(evidence),
  ];
}

/** What keeps a comparison from passing besides its metrics: what it rests on may not be comparable. */
export function comparedObstacles({ memory }: Evidence, question: GateQuestion): string[] {
  const { plan } = question;
  return [
    ...(needsCoverage(plan) ? coverageObstacles(memory.coverage, plan) : []),
    ...(plan.drift ? driftObstacles(memory.drift, question, plan.drift) : []),
  ];
}
