import type { Evidence, Samples, Standing } from './evidence.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { LimitTrack } from './limit-track.ts';
import type { Scene } from './metrics/scene.ts';
import { addSketch, countAbove, indexToMs, msToIndex, quantileIndex } from './histogram.ts';
import { aloneDriftStanding, observeDistributions } from './metrics/drift.ts';
import { armOf } from './batch-tables.ts';
import { countedStanding, observeCounted } from './metrics/counted.ts';
import { courseOf } from './course.ts';
import { errorDesignEffect, addUsers, worstDesignEffect } from './users.ts';
import { leakStanding, observeGrowth } from './metrics/leak.ts';
import { limitStanding, observeLimit } from './limit-metric.ts';
import { LABELLED, namedIn, namedStandings, observeNamed } from './metrics/named.ts';
import { sceneOf } from './metrics/scene.ts';
import { STABLE_BUCKETS } from './buckets.ts';

/** Each limit's share of the soak's alpha. */
const SHARES = { errorRate: 0.5, p99: 0.3, accuracy: 0.2, leak: 0.1 } as const;
/** The share of requests that a p99 limit lets be slower. */
const SLOW = 0.01;
/** With no second arm to cancel a bad moment, it takes several bad batches, not one, to go back. */
const CAUTION = { spread: 2, mostPerBatch: 3 };

export function limitSamples(batch: GateBatch, { candidate, stable }: GateQuestion): Samples {
  return { candidate: armOf(batch, candidate).n, stable: armOf(batch, stable).n };
}

/** The candidate's requests in one more batch, where there is no stable to compare with; and labels of earlier ones. */
export function observeLimits(evidence: Evidence, batch: GateBatch, question: GateQuestion): Evidence {
  const scene = sceneOf(batch, question);
  const { candidate: arm } = scene.arms;
  const labels = question.stable === null ? { tracks: {}, memory: evidence.memory } : observeLabels(evidence, scene);
  const seen = addSketch(evidence.latency.candidate, arm.latency, STABLE_BUCKETS);
  return {
    ...evidence,
    ...observeAlone({ ...evidence, memory: labels.memory }, scene),
    tracks: labels.tracks,
    latency: { ...evidence.latency, candidate: seen },
    users: addUsers(evidence.users, [arm]),
  };
}

/** Late labels of predictions that both versions made. */
function observeLabels(evidence: Evidence, scene: Scene): Pick<Evidence, 'tracks' | 'memory'> {
  const { question } = scene;
  const course = courseOf('accuracy', question, evidence);
  const accuracy = observeCounted(
    'accuracy',
    evidence.tracks.accuracy,
    { scene, planned: question.plan.accuracy },
    course,
  );
  const { tracks, memory } = observeNamed(evidence, scene, namedIn(question, LABELLED));
  return { tracks: { ...(accuracy && { accuracy }), ...tracks }, memory };
}

/** What one version does by itself. */
function observeAlone(evidence: Evidence, { batch, question, arms }: Scene): Pick<Evidence, 'limits' | 'memory'> {
  const { plan } = question;
  const { candidate: arm } = arms;
  const users = worstDesignEffect([arm]);
  const { errorRate, p99Ms } = plan.limits;
  const errors = { bad: arm.errors, n: arm.n, limit: errorRate, users: errorDesignEffect(evidence.users, users) };
  const limits: Record<string, LimitTrack> = { errorRate: observeLimit(evidence.limits.errorRate, errors, CAUTION) };
  if (p99Ms !== null) {
    const { n, above } = countAbove(arm.latency, msToIndex(p99Ms));
    limits.p99 = observeLimit(evidence.limits.p99, { bad: above, n, limit: SLOW, users }, CAUTION);
  }
  let { memory } = evidence;
  if (plan.memory) {
    const known = { track: evidence.limits.leak, memory: memory.leak };
    const after = observeGrowth(known, arm, batch) ?? known;
    if (after.track) limits.leak = after.track;
    if (after.memory) memory = { ...memory, leak: after.memory };
  }
  if (plan.drift) {
    const nobody = armOf({ ...batch, arms: [] }, question.stable);
    const alone = { candidate: nobody, stable: arm };
    memory = {
      ...memory,
      drift: observeDistributions(memory.drift, alone, { question, users, profile: batch.profile }),
    };
  }
  return { limits, memory };
}

export function limitStandings(evidence: Evidence, question: GateQuestion): Standing[] {
  const { tracks, limits: known, latency, memory } = evidence;
  const { plan, stable } = question;
  const { limits, alpha, beta } = plan;
  const rate = { limit: limits.errorRate, required: false, alphaShare: SHARES.errorRate, beta };
  const standings = [limitStanding('errorRate', known.errorRate, rate)];
  if (limits.p99Ms !== null) {
    const p99 = quantileIndex(latency.candidate, 1 - SLOW);
    standings.push({
      ...limitStanding('latency.p99', known.p99, { limit: SLOW, required: false, alphaShare: SHARES.p99, beta }),
      candidate: p99 === null ? null : indexToMs(p99),
      unit: 'ms',
      margin: limits.p99Ms,
    });
  }
  if (stable !== null) {
    const planned = { ...plan.accuracy, required: false };
    const status = { planned, alphaShare: SHARES.accuracy, alpha, beta, time: null };
    standings.push(countedStanding('accuracy', tracks.accuracy, status));
    standings.push(
      ...namedStandings(evidence, question, namedIn(question, LABELLED), { time: null, asked: () => false }),
    );
  }
  if (plan.memory) standings.push(leakStanding({ track: known.leak, memory: memory.leak }, SHARES.leak, beta));
  if (plan.drift) standings.push(aloneDriftStanding(memory.drift, question, plan.drift));
  return standings;
}
