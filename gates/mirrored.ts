import type { Evidence, Samples, Standing } from './evidence.ts';
import type { GateBatch, PairCounts } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { PlannedMetric } from '../domain/plan.ts';
import type { Track } from './track.ts';
import { QUANTILES } from './latency.ts';
import { courseOf } from './course.ts';
import { failureStanding, observeFailures } from './failure-metric.ts';
import { latencyStanding, observeLatency, rememberLatency } from './latency-metric.ts';
import { latencyTolerance, ratioMargin, shareMargin } from './margin.ts';
import { limitStanding, observeLimit } from './limit-metric.ts';
import { namedIn, namedStandings, observeNamed } from './metrics/named.ts';
import { pairsOf } from './batch-tables.ts';
import { sceneOf } from './metrics/scene.ts';

/** Each metric's share of the shadow's alpha. */
const SHARES = { disagreement: 0.4, errors: 0.3, latency: 0.1, paired: 0.1 } as const;
/** Least tolerance on a mirror's latency: its copy comes second, while the server of the first still works on it. */
const MIRROR_TOLERANCE = 0.25;
/** Largest share of copies whose other half may be missing. */
const MOST_UNPAIRED = 0.2;

/** What a copy of the traffic tells of the servers; time a request does not count there, since copies are no requests of an arm. */
const RESOURCES = ['memory', 'gpuMemory'] as const;

/** Disagreement follows the inputs, which repeat, so it is a little less certain than its count. */
const CAUTION = { spread: 2, mostPerBatch: Infinity };

export function mirroredSamples(batch: GateBatch, question: GateQuestion): Samples {
  const pairs = totalPairs(pairsOf(batch, question));
  return { candidate: pairs, stable: pairs };
}

/** Both versions' answers to the same requests in one more batch. */
export function observeMirrored(evidence: Evidence, batch: GateBatch, question: GateQuestion): Evidence {
  const pairs = pairsOf(batch, question);
  if (pairs === null) return evidence;
  const { plan, nextWeight, shadow } = question;
  const sketches = { candidate: pairs.latency, stable: pairs.latencyAgainst };
  const limit = shadow?.maxDisagreement ?? 1;
  const failures = {
    pairs: totalPairs(pairs),
    onlyCandidate: pairs.onlyVersionFailed,
    onlyStable: pairs.onlyAgainstFailed,
  };
  const answers = { bad: pairs.disagree, n: pairs.n, limit, users: 1 };
  const margin = shareMargin(plan.errors.margin, nextWeight);
  const tracks: Record<string, Track> = {
    errors: observeFailures(evidence.tracks.errors, failures, margin, courseOf('errors', question, evidence)),
  };
  for (const quantile of QUANTILES) {
    const { margin } = plan.latency[quantile.name];
    tracks[quantile.metric] = observeLatency(
      evidence.tracks[quantile.metric],
      evidence.latency,
      quantile,
      {
        sketches,
        tolerance: Math.max(latencyTolerance(margin), MIRROR_TOLERANCE),
        margin: ratioMargin(margin, nextWeight),
        users: 1,
      },
      courseOf(quantile.metric, question, evidence),
    );
  }
  const named = observeNamed(evidence, sceneOf(batch, question), namedIn(question, RESOURCES));
  const { paired } = evidence.tracks;
  return {
    ...evidence,
    tracks: {
      ...tracks,
      ...named.tracks,
      ...(pairs.wrong ? observeWrong(evidence, pairs.wrong, question) : paired && { paired }),
    },
    memory: named.memory,
    limits: { disagreement: observeLimit(evidence.limits.disagreement, answers, CAUTION) },
    latency: rememberLatency(evidence.latency, sketches),
    unpaired: evidence.unpaired + pairs.unpaired,
  };
}

/** Wrong answers to the same requests, where labels come before the canary. */
function observeWrong(
  evidence: Evidence,
  { n, onlyVersion, onlyAgainst }: NonNullable<PairCounts['wrong']>,
  question: GateQuestion,
): Evidence['tracks'] {
  const counts = { pairs: n, onlyCandidate: onlyVersion, onlyStable: onlyAgainst };
  const margin = shareMargin(wrongPlan(question).margin, question.nextWeight);
  return { paired: observeFailures(evidence.tracks.paired, counts, margin, courseOf('paired', question, evidence)) };
}

/** They may stop a rollout early; that there are enough of them is asked for where there is live traffic. */
function wrongPlan({ plan }: GateQuestion): PlannedMetric {
  return { ...(plan.paired ?? plan.accuracy), required: false };
}

export function mirroredStandings(evidence: Evidence, question: GateQuestion): Standing[] {
  const { tracks, limits, latency } = evidence;
  const { plan, shadow } = question;
  const { beta } = plan;
  const limit = shadow?.maxDisagreement ?? 1;
  return [
    limitStanding('disagreement', limits.disagreement, {
      limit,
      required: true,
      alphaShare: SHARES.disagreement,
      beta,
    }),
    failureStanding('errors', tracks.errors, { planned: plan.errors, alphaShare: SHARES.errors, beta, time: null }),
    ...QUANTILES.map((quantile) => {
      // Nobody waits for a mirrored answer: it may stop a rollout, but need not be fast for one to go on.
      const planned = { ...plan.latency[quantile.name], required: false };
      return latencyStanding(quantile, tracks[quantile.metric], latency, {
        planned,
        alphaShare: SHARES.latency,
        beta,
        time: null,
      });
    }),
    failureStanding('paired', tracks.paired, {
      planned: wrongPlan(question),
      alphaShare: SHARES.paired,
      beta,
      time: null,
    }),
    ...namedStandings(evidence, question, namedIn(question, RESOURCES), { time: null, asked: () => false }),
  ];
}

/** What keeps a shadow from passing besides its metrics. */
export function mirroredObstacles({ unpaired }: Evidence, { shadow }: GateQuestion, { candidate }: Samples): string[] {
  const obstacles: string[] = [];
  const least = shadow?.minPairs ?? 0;
  if (candidate < least) obstacles.push(`${candidate} of ${least} pairs`);
  if (unpaired > MOST_UNPAIRED * (unpaired + candidate))
    obstacles.push(`${unpaired} copies of ${unpaired + candidate} have no other half`);
  return obstacles;
}

function totalPairs(pairs: PairCounts | null): number {
  return pairs === null ? 0 : pairs.n + pairs.onlyAgainstFailed + pairs.onlyVersionFailed;
}
