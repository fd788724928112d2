import type { AbPlan } from '../../domain/ab.ts';
import type { AbStanding, Test } from './decide.ts';
import type { Comparison } from './comparison.ts';
import type { Finding } from '../verdict-of.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { GateState } from '../gate.ts';
import type { MetricEvidence } from '../../domain/verdict.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { NO_TOTALS } from './totals.ts';
import { alphaOf, readTest } from './decide.ts';
import { describeComparison } from './words.ts';
import { eValue } from '../numeric.ts';
import { nameOf } from '../summary.ts';
import { rewardMetric } from '../../domain/ab.ts';

/** What a test says to its stage's gate. */
export interface Reading {
  /** Set where the test is over and the candidate is not to have all traffic. */
  readonly ending: Finding | null;
  /** What is still missing for a winner. */
  readonly obstacles: readonly string[];
  /** Set where the candidate won: one sentence. */
  readonly won: string | null;
  readonly metrics: readonly MetricEvidence[];
  readonly culprits: readonly string[];
}

/** `null` in all stages but `ab`. */
export function readingOf({ question, evidence }: Pick<GateState, 'question' | 'evidence'>): Reading | null {
  const { ab, stable } = question;
  if (question.stage !== 'ab' || !ab || stable === null) return null;
  const test = testOf(question, stable, ab);
  const standing = readTest(evidence.rewards ?? NO_TOTALS, test);
  const worse = standing.comparisons.filter(({ finding }) => finding === 'worse');
  const [first] = standing.comparisons;
  return {
    ending: endingOf(standing, ab, worse),
    obstacles: standing.decision === 'winner' ? [] : [`no difference is proved yet on ${usersOf(first)}`],
    won: standing.decision === 'winner' && first ? `${describeComparison(first)}, on ${usersOf(first)}` : null,
    metrics: standing.comparisons.map((each, place) => evidenceOf(each, place, test)),
    culprits: worse.map(({ metric }) => rewardMetric(metric.name)),
  };
}

function testOf({ candidate, weight }: GateQuestion, stable: string, { metrics, alpha }: AbPlan): Test {
  const share = weight / FULL_WEIGHT;
  return { stable, candidates: [candidate], shares: { [stable]: 1 - share, [candidate]: share }, metrics, alpha };
}

/** A brake waits for nobody; whether a gain is too small to be worth having is a person's to say where one decides. */
function endingOf(standing: AbStanding, { decide }: AbPlan, worse: readonly Comparison[]): Finding | null {
  const [first] = standing.comparisons;
  if (standing.decision === 'missplit')
    return { decision: 'error', reason: 'SplitMismatch', summary: `users are not split as planned: ${usersOf(first)}` };
  if (standing.decision === 'harm')
    return { decision: 'fail', reason: 'TestLost', summary: worse.map(describeComparison).join('; ') };
  if (standing.decision === 'no_gain' && decide === 'rule' && first)
    return { decision: 'fail', reason: 'TestUseless', summary: describeComparison(first) };
  return null;
}

function evidenceOf(comparison: Comparison, place: number, test: Test): MetricEvidence {
  const { metric, users, means, difference, ratio, finding, lnEvidence } = comparison;
  const isGain =
    difference !== null && (metric.goal === 'increase' ? difference.estimate > 0 : difference.estimate < 0);
  const limit = 1 / alphaOf(test, place);
  return {
    metric: rewardMetric(metric.name),
    decision: finding === 'better' ? 'pass' : finding === 'worse' ? 'fail' : 'undecided',
    required: place === 0,
    against: isGain ? 1 : eValue(lnEvidence),
    inFavour: isGain ? eValue(lnEvidence) : 1,
    candidate: means.candidate,
    stable: means.stable,
    unit: metric.kind === 'conversion' ? 'share' : 'reward',
    margin: metric.minEffect,
    n: users,
    effect: metric.kind === 'conversion' ? difference : ratio,
    limits: { against: limit, inFavour: limit },
  };
}

function usersOf(comparison: Comparison | undefined): string {
  const { candidate = 0, stable = 0 } = comparison?.users ?? {};
  return `${candidate} users of ${nameOf(comparison?.version ?? 'the candidate')} and ${stable} of stable`;
}
