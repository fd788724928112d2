import { brokenArms } from './ab/other-arms.ts';
import type { LostArm } from './ab/other-arms.ts';
import { readingOf } from './ab/reading.ts';
import type { Reading } from './ab/reading.ts';
import { judgeRamp } from './ramp/judge-ramp.ts';
import type { Decision, MetricEvidence, Verdict } from '../domain/verdict.ts';
import type { GateState } from './gate.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Standing } from './evidence.ts';
import { eValue } from './numeric.ts';
import { formatDuration } from '../domain/duration.ts';
import { isSplitWrong } from './split.ts';
import { stageGate } from './stage-gate.ts';
import { stepDuration, timeOver } from './seen.ts';
import { describeFault, describeSplit } from './summary.ts';
import { versionName } from '../domain/ids.ts';
import { QUANTILES } from './latency.ts';
import { needsOf } from './needs.ts';
import type { Effect } from './effect.ts';
import { ratioEffect, shareEffect } from './effect.ts';
import { stageAlpha } from './spending.ts';

/** Changes whenever the same batches could get another verdict. */
export const ALGORITHM = 'slipway-gate/2';

/**
 * Evidence (the logarithm of 5) that speaks too much against a metric to pass on what was proved before it came: a candidate
 * that turns bad in its last step has a good past. Delays a harmless one at most, since an e-value of 5 passes by itself.
 */
const LN_DOUBT = 1.6094379124341003;

/** Largest share of log entries that may be missing: what is shed under load is not shed at random. */
const MOST_LOST = 0.05;

/** Reads a gate's state: see `judge` in gate.ts. */
export function verdictOf(state: GateState): Verdict {
  const { question, seen, evidence, failed } = state;
  const standings = stageGate(question).standings(evidence, question, timeOver(seen, question));
  const tested = readingOf(state);
  const lost = lostArms(state, tested);
  const finding = find(state, standings, { tested, lost });
  const reading = judgeRamp(state.ramp, question)?.reading;
  return {
    ...finding,
    metrics: [
      ...(tested?.metrics ?? []),
      ...standings.map((standing) => metricEvidence(standing, state)),
      ...brokenMetrics(state),
    ],
    samples: seen.samples,
    batches: seen.batches,
    algorithm: ALGORITHM,
    alpha: { stage: stageAlpha(question), total: question.plan.alpha },
    culprits: failed.length > 0 ? failed : (tested?.culprits ?? []),
    ...(finding.reason === 'ArmLost' && { lost: lost.map(({ version }) => version) }),
    ...(reading && { ramp: reading }),
  };
}

export interface Finding {
  readonly decision: Decision;
  readonly reason: Reason;
  readonly summary: string;
}

/** Further arms of a test that broke a guardrail, or bring less than stable. */
function lostArms(state: GateState, tested: Reading | null): LostArm[] {
  const broken = brokenArms(state).map((other) => ({
    version: other.question.candidate,
    why: verdictOf(other).summary,
  }));
  return [...broken, ...(tested?.lost ?? []).filter(({ version }) => broken.every((arm) => arm.version !== version))];
}

/** On which guardrails. */
function brokenMetrics(state: GateState): MetricEvidence[] {
  return brokenArms(state).flatMap((other) =>
    verdictOf(other)
      .metrics.filter(({ decision }) => decision === 'fail')
      .map((metric) => ({ ...metric, version: other.question.candidate })),
  );
}

function find(
  state: GateState,
  standings: readonly Standing[],
  { tested, lost }: { tested: Reading | null; lost: readonly LostArm[] },
): Finding {
  const { question, seen, evidence, failed } = state;
  const faults = standings.filter(({ metric }) => failed.includes(metric));
  if (faults.length > 0) {
    const reason = faults.some(({ absolute }) => absolute) ? 'LimitExceeded' : 'GateFailed';
    return { decision: 'fail', reason, summary: faults.map((fault) => describeFault(fault, question)).join('; ') };
  }
  if (isSplitWrong(evidence.split))
    return { decision: 'error', reason: 'SplitMismatch', summary: describeSplit(seen.step, question) };
  if (tested?.brake) return tested.brake;
  if (lost.length > 0) return { decision: 'fail', reason: 'ArmLost', summary: lost.map(({ why }) => why).join('; ') };
  if (tested?.ending) return tested.ending;
  const over = judgeRamp(state.ramp, question)?.overspent;
  if (over) return { decision: 'error', reason: 'RiskBudgetSpent', summary: over };
  if (seen.samples.candidate === 0)
    return {
      decision: 'inconclusive',
      reason: 'NoData',
      summary: `no request of ${versionName(question.candidate)} was seen in ${seen.batches.count} batches`,
    };
  const missing = [...missingFor(state, standings), ...(tested?.obstacles ?? [])];
  if (missing.length > 0)
    return { decision: 'inconclusive', reason: 'StillWatching', summary: `still watching: ${missing.join('; ')}` };
  if (tested?.won) return tested.won;
  const proved = standings.filter(({ required }) => required).map(({ metric }) => metric);
  const what = proved.length > 0 ? `${proved.join(', ')} proved within their margins` : 'nothing was found';
  return {
    decision: 'pass',
    reason: 'GatePassed',
    summary: `${versionName(question.candidate)}: ${what} on ${seen.samples.candidate} samples`,
  };
}

/**
 * How much of a step's minimum time may be missing, at most 2 s: a step begins just after the batch that let it begin, and
 * would otherwise wait a whole batch for the fraction of a second that this took.
 */
function startUp({ minDurationMs }: GateState['question']): number {
  return Math.min(2_000, minDurationMs / 20);
}

/** Everything that still keeps the gate from passing. */
function missingFor({ question, seen, evidence, ramp }: GateState, standings: readonly Standing[]): string[] {
  const { minRequests } = question.plan;
  const { minBatches = 0 } = question;
  const missing = stageGate(question).obstacles(evidence, question, seen.samples);
  missing.push(...(judgeRamp(ramp, question)?.obstacles ?? []));
  if (seen.step.candidate < minRequests) missing.push(`${seen.step.candidate} of ${minRequests} requests in this step`);
  const batches = seen.batches.count - seen.calibration;
  if (batches < minBatches) missing.push(`${batches} of ${minBatches} batches`);
  const duration = stepDuration(seen);
  if (duration + startUp(question) < question.minDurationMs)
    missing.push(`${formatDuration(duration)} of ${formatDuration(question.minDurationMs)}`);
  const rising = standings.filter(({ lnAgainst }) => lnAgainst >= LN_DOUBT).map(({ metric }) => metric);
  if (rising.length > 0) missing.push(`evidence against ${rising.join(', ')}`);
  const unproved = standings.filter(({ required, proved }) => required && !proved).map(({ metric }) => metric);
  if (unproved.length > 0) missing.push(`not proved yet: ${unproved.join(', ')}`);
  const counted = seen.samples.candidate + seen.samples.stable;
  if (seen.lost > MOST_LOST * (seen.lost + counted)) missing.push(`${seen.lost} log entries were lost`);
  return missing;
}

function metricEvidence(standing: Standing, { question, seen, evidence, failed }: GateState): MetricEvidence {
  const { metric, required, proved, candidate, stable, unit, margin, lnAgainst, lnFavour, n, dispersion } = standing;
  const { alpha, beta } = question.plan;
  return {
    metric,
    decision: failed.includes(metric) ? 'fail' : proved ? 'pass' : 'undecided',
    required,
    against: eValue(lnAgainst),
    inFavour: eValue(lnFavour),
    candidate,
    stable,
    unit,
    margin,
    n,
    effect: effectOf(standing, evidence, alpha),
    ...(standing.detail !== undefined && { detail: standing.detail }),
    limits: { against: 1 / stageAlpha(question), inFavour: 1 / beta },
    dispersion,
    needs: required && !proved ? needsOf(standing, beta, seen) : null,
  };
}

function effectOf(standing: Standing, { latency }: GateState['evidence'], alpha: number): Effect | null {
  if (standing.effect !== undefined) return standing.effect;
  const quantile = QUANTILES.find(({ metric }) => metric === standing.metric);
  return quantile ? ratioEffect(standing, latency, quantile.quantile, alpha) : shareEffect(standing, alpha);
}
