import type { AbPlan } from '../../domain/ab.ts';
import type { AbStanding, Test } from './decide.ts';
import type { LostArm } from './other-arms.ts';
import { stableWeight } from './other-arms.ts';
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
import { versionName } from '../../domain/ids.ts';
import { rewardMetric } from '../../domain/ab.ts';

/** What a test says to its stage's gate. */
export interface Reading {
  /** Set where the candidate is not to stay in the test: no other arm keeps it there. */
  readonly brake: Finding | null;
  /** Further arms that are worse than stable, and in what. */
  readonly lost: readonly LostArm[];
  /** Set where the candidate has nothing more to win. */
  readonly ending: Finding | null;
  /** What is still missing for a winner. */
  readonly obstacles: readonly string[];
  /** Set where there is a winner, whichever arm it is. */
  readonly won: Finding | null;
  readonly metrics: readonly MetricEvidence[];
  readonly culprits: readonly string[];
}

/** `null` in all stages but `ab`. */
export function readingOf({ question, evidence }: Pick<GateState, 'question' | 'evidence'>): Reading | null {
  const { ab, stable, candidate } = question;
  if (question.stage !== 'ab' || !ab || stable === null) return null;
  const test = testOf(question, stable, ab);
  const standing = readTest(evidence.rewards ?? NO_TOTALS, test);
  const worse = worseOf(standing, candidate);
  const users = usersOf(standing, test);
  const won = wonOf(standing, question, users);
  return {
    brake: brakeOf(standing, worse, users),
    lost: standing.harmed
      .filter((version) => version !== candidate && (test.shares[version] ?? 0) > 0)
      .map((version) => ({ version, why: wordsOf(worseOf(standing, version)) })),
    ending: endingOf(standing, question, ab),
    obstacles: won ? [] : [obstacleOf(standing, users)],
    won,
    metrics: standing.comparisons.map((each) => evidenceOf(each, test, candidate)),
    culprits: worse.map(({ metric }) => rewardMetric(metric.name)),
  };
}

function testOf(question: GateQuestion, stable: string, { metrics, alpha }: AbPlan): Test {
  const { candidate, weight, arms = [] } = question;
  const tested = [{ version: candidate, weight }, ...arms];
  const all = [...tested, { version: stable, weight: stableWeight(question) }];
  return {
    stable,
    candidates: tested.map(({ version }) => version),
    shares: Object.fromEntries(all.map((arm) => [arm.version, arm.weight / FULL_WEIGHT])),
    metrics,
    alpha,
  };
}

function worseOf({ comparisons }: AbStanding, of: string): Comparison[] {
  return comparisons.filter(({ finding, version }) => finding === 'worse' && version === of);
}

function wordsOf(comparisons: readonly Comparison[]): string {
  return comparisons.map(describeComparison).join('; ');
}

/** A brake waits for nobody. */
function brakeOf({ decision }: AbStanding, worse: readonly Comparison[], users: string): Finding | null {
  if (decision === 'missplit')
    return { decision: 'error', reason: 'SplitMismatch', summary: `users are not split as planned: ${users}` };
  if (worse.length === 0) return null;
  return { decision: 'fail', reason: 'TestLost', summary: wordsOf(worse) };
}

/** Whether a gain is too small to be worth having is a person's to say where one decides. */
function endingOf(
  { losers, comparisons }: AbStanding,
  { candidate }: GateQuestion,
  { decide }: AbPlan,
): Finding | null {
  const [first] = comparisons;
  if (!first || decide !== 'rule' || !losers.includes(candidate)) return null;
  return { decision: 'fail', reason: 'TestUseless', summary: describeComparison(first) };
}

/** A winner that is not the candidate was in no canary yet: it gets all traffic by a rollout of its own. */
function wonOf({ winner, comparisons }: AbStanding, { candidate, ab }: GateQuestion, users: string): Finding | null {
  const first = comparisons.find(({ version }) => version === winner);
  if (!first) return null;
  const summary = `${describeComparison(first)}, on ${users}`;
  if (winner === candidate) return { decision: 'pass', reason: 'TestWon', summary };
  if (ab?.decide === 'person') return null;
  return {
    decision: 'fail',
    reason: 'OtherArmWon',
    summary: `${summary}; ${versionName(first.version)} is to have a rollout of its own`,
  };
}

/** Another arm that is the best so far decides nothing where a person does; who decides is to know of it. */
function obstacleOf({ winner, comparisons }: AbStanding, users: string): string {
  const leader = comparisons.find(({ version }) => version === winner);
  if (!leader) return `no difference is proved yet on ${users}`;
  return `${describeComparison(leader)}, on ${users}; a person decides`;
}

function evidenceOf(comparison: Comparison, test: Test, candidate: string): MetricEvidence {
  const { version, metric, users, means, difference, ratio, finding, lnEvidence } = comparison;
  const place = test.metrics.indexOf(metric);
  const isGain =
    difference !== null && (metric.goal === 'increase' ? difference.estimate > 0 : difference.estimate < 0);
  const limit = 1 / alphaOf(test, place);
  return {
    metric: rewardMetric(metric.name),
    ...(version !== candidate && { version }),
    decision: finding === 'better' ? 'pass' : finding === 'worse' ? 'fail' : 'undecided',
    required: place === 0 && version === candidate,
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

/** Of every arm that is in the test. */
function usersOf({ comparisons }: AbStanding, { candidates, shares }: Test): string {
  const first = (version: string) => comparisons.find((each) => each.version === version);
  const counts = candidates
    .filter((version) => (shares[version] ?? 0) > 0)
    .map((version, place) => {
      const users = place === 0 ? ' users' : '';
      return `${first(version)?.users.candidate ?? 0}${users} of ${versionName(version)}`;
    });
  return `${counts.join(', ')} and ${comparisons[0]?.users.stable ?? 0} of stable`;
}
