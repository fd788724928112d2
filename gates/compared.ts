import type { ArmCounts, GateBatch } from '../domain/gate-batch.ts';
import type { Evidence, Samples, Standing } from './evidence.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Track } from './track.ts';
import { QUANTILES } from './latency.ts';
import { addUsers, errorDesignEffect, worstDesignEffect } from './users.ts';
import { armOf, labelTable } from './batch-tables.ts';
import { countStanding, observeCounts } from './count-metric.ts';
import { latencyStanding, observeLatency, rememberLatency } from './latency-metric.ts';
import { latencyTolerance, ratioMargin, shareMargin } from './margin.ts';
import { observeSplit } from './split.ts';

/** Each metric's share of the canary's alpha: the weights of a mean of e-processes (Vovk and Wang 2021). */
const SHARES = { errors: 0.3, rejected: 0.15, accuracy: 0.15, latency: { p50: 0.15, p95: 0.15, p99: 0.1 } } as const;
const COUNTS = ['errors', 'rejected', 'accuracy'] as const;

export function comparedSamples(batch: GateBatch, { candidate, stable }: GateQuestion): Samples {
  return { candidate: armOf(batch, candidate).n, stable: armOf(batch, stable).n };
}

/** Both arms' live requests in one more batch, side by side. */
export function observeCompared(evidence: Evidence, batch: GateBatch, question: GateQuestion): Evidence {
  const arms = { candidate: armOf(batch, question.candidate), stable: armOf(batch, question.stable) };
  const both = [arms.candidate, arms.stable];
  return {
    ...evidence,
    tracks: observeTracks(evidence, batch, question, arms),
    latency: rememberLatency(evidence.latency, { candidate: arms.candidate.latency, stable: arms.stable.latency }),
    users: addUsers(evidence.users, both),
    split: tellsSplit(both, batch, question)
      ? observeSplit(evidence.split, comparedSamples(batch, question), question.weight)
      : evidence.split,
  };
}

type Arms = Readonly<Record<'candidate' | 'stable', ArmCounts>>;

function observeTracks(evidence: Evidence, batch: GateBatch, question: GateQuestion, arms: Arms): Evidence['tracks'] {
  const { plan, nextWeight } = question;
  const users = worstDesignEffect([arms.candidate, arms.stable]);
  const tables = {
    errors: { table: tableOf(arms, 'errors'), users: errorDesignEffect(evidence.users, users) },
    rejected: { table: tableOf(arms, 'rejected'), users },
    accuracy: { table: labelTable(batch, question), users },
  };
  const tracks: Record<string, Track> = {};
  for (const name of COUNTS) {
    const margin = shareMargin(plan[name].margin, nextWeight);
    tracks[name] = observeCounts(evidence.tracks[name], { ...tables[name], margin });
  }
  const sketches = { candidate: arms.candidate.latency, stable: arms.stable.latency };
  for (const quantile of QUANTILES) {
    const { margin } = plan.latency[quantile.name];
    const bounds = { tolerance: latencyTolerance(margin), margin: ratioMargin(margin, nextWeight) };
    const known = evidence.tracks[quantile.metric];
    tracks[quantile.metric] = observeLatency(known, evidence.latency, quantile, { sketches, users, ...bounds });
  }
  return tracks;
}

function tableOf({ candidate, stable }: Arms, what: 'errors' | 'rejected') {
  return { candidateBad: candidate[what], candidate: candidate.n, stableBad: stable[what], stable: stable.n };
}

/** Earlier steps had another weight; users that stick to an arm make the split by request anything but binomial. */
function tellsSplit(arms: readonly ArmCounts[], { fence }: GateBatch, { stepSequence }: GateQuestion): boolean {
  return fence.sequence >= stepSequence && arms.every(({ users }) => users === null);
}

export function comparedStandings({ tracks, latency }: Evidence, { plan }: GateQuestion): Standing[] {
  const { beta } = plan;
  return [
    ...COUNTS.map((name) => countStanding(name, tracks[name], { planned: plan[name], alphaShare: SHARES[name], beta })),
    ...QUANTILES.map((quantile) => {
      const [planned, alphaShare] = [plan.latency[quantile.name], SHARES.latency[quantile.name]];
      return latencyStanding(quantile, tracks[quantile.metric], latency, { planned, alphaShare, beta });
    }),
  ];
}
