import type { Evidence, Samples, Standing } from './evidence.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Track } from './track.ts';
import { addSketch, countAbove, indexToMs, msToIndex, quantileIndex } from './histogram.ts';
import { armOf, labelTable } from './batch-tables.ts';
import { countStanding, observeCounts } from './count-metric.ts';
import { errorDesignEffect, addUsers, worstDesignEffect } from './users.ts';
import { limitStanding, observeLimit } from './limit-metric.ts';
import { STABLE_BUCKETS } from './evidence.ts';

/** Each limit's share of the soak's alpha. */
const SHARES = { errorRate: 0.5, p99: 0.3, accuracy: 0.2 } as const;
/** The share of requests that a p99 limit lets be slower. */
const SLOW = 0.01;
/** With no second arm to cancel a bad moment, it takes several bad batches, not one, to go back. */
const CAUTION = { spread: 2, mostPerBatch: 3 };

export function limitSamples(batch: GateBatch, { candidate, stable }: GateQuestion): Samples {
  return { candidate: armOf(batch, candidate).n, stable: armOf(batch, stable).n };
}

/** The candidate's requests in one more batch, where there is no stable to compare with. */
export function observeLimits(evidence: Evidence, batch: GateBatch, question: GateQuestion): Evidence {
  const { limits, accuracy } = question.plan;
  const arm = armOf(batch, question.candidate);
  const worst = worstDesignEffect([arm]);
  const errors = {
    bad: arm.errors,
    n: arm.n,
    limit: limits.errorRate,
    users: errorDesignEffect(evidence.users, worst),
  };
  const labels = { table: labelTable(batch, question), margin: accuracy.margin, users: worst };
  const tracks: Record<string, Track> = {
    errorRate: observeLimit(evidence.tracks.errorRate, errors, CAUTION),
    accuracy: observeCounts(evidence.tracks.accuracy, labels),
  };
  if (limits.p99Ms !== null) {
    const { n, above } = countAbove(arm.latency, msToIndex(limits.p99Ms));
    const slow = { bad: above, n, limit: SLOW, users: worst };
    tracks.p99 = observeLimit(evidence.tracks.p99, slow, CAUTION);
  }
  const seen = addSketch(evidence.latency.candidate, arm.latency, STABLE_BUCKETS);
  const latency = { ...evidence.latency, candidate: seen };
  return { ...evidence, tracks, latency, users: addUsers(evidence.users, [arm]) };
}

export function limitStandings({ tracks, latency }: Evidence, { plan, stable }: GateQuestion): Standing[] {
  const { limits, beta } = plan;
  const rate = { limit: limits.errorRate, required: false, alphaShare: SHARES.errorRate, beta };
  const standings = [limitStanding('errorRate', tracks.errorRate, rate)];
  if (limits.p99Ms !== null) {
    const p99 = quantileIndex(latency.candidate, 1 - SLOW);
    standings.push({
      ...limitStanding('latency.p99', tracks.p99, { limit: SLOW, required: false, alphaShare: SHARES.p99, beta }),
      candidate: p99 === null ? null : indexToMs(p99),
      unit: 'ms',
      margin: limits.p99Ms,
    });
  }
  if (stable !== null) {
    const planned = { ...plan.accuracy, required: false };
    standings.push(countStanding('accuracy', tracks.accuracy, { planned, alphaShare: SHARES.accuracy, beta }));
  }
  return standings;
}
