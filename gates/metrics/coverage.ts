import type { Arms } from '../kinds/arms.ts';
import type { Capital, Stakes } from '../capital.ts';
import type { GatePlan, PlannedMetric } from '../../domain/plan.ts';
import type { Standing } from '../evidence.ts';
import type { Scene } from './scene.ts';
import { NO_CAPITAL, bet, evenStakes, worth } from '../capital.ts';
import { cohortsOf } from '../kinds/cohorts.ts';
import { comparableLabels } from './comparable-labels.ts';
import { eachArm } from '../kinds/arms.ts';
import { labelTables } from '../kinds/label-tables.ts';
import { ln } from '../numeric.ts';
import { oddsBet } from '../odds-bet.ts';
import { shownOnly } from './shown.ts';

/** How many predictions have labels, and whether they come for one arm's rather than for the other's. */
export interface CoverageMemory {
  readonly labels: Arms<number>;
  /** Requests of each arm. */
  readonly requests: Arms<number>;
  /** Predictions of the cohorts that have a label at all. */
  readonly predictions: Arms<number>;
  /** Against "an open prediction gets its label as soon in one arm as in the other". */
  readonly difference: Capital;
}

const NOTHING: CoverageMemory = {
  labels: { candidate: 0, stable: 0 },
  requests: { candidate: 0, stable: 0 },
  predictions: { candidate: 0, stable: 0 },
  difference: NO_CAPITAL,
};

/** Odds ratio of labels coming that is no difference yet. */
const TOLERATED = ln(1.25);
const BEYOND = [1.5, 2, 4, 16].map((factor) => TOLERATED + ln(factor));
const STAKES: Stakes = evenStakes(2 * BEYOND.length, 0.8);

const LABELLED = ['accuracy', 'precision', 'recall', 'f1', 'mse', 'mae'] as const;

const NOT_ASKED = { margin: 1, required: false };

/** Whether anything that is asked for rests on labels; where labels can only roll back, who has none is let be. */
export function needsCoverage(plan: GatePlan): boolean {
  const asked = ({ required, onceSeen }: PlannedMetric) => required && !onceSeen;
  return plan.coverage !== undefined || LABELLED.some((name) => asked(plan[name] ?? NOT_ASKED));
}

/** What is known of coverage after one more batch's labels. */
export function observeCoverage(
  before: CoverageMemory = NOTHING,
  { batch, question, arms, users }: Scene,
): CoverageMemory {
  const labels = comparableLabels(batch, question);
  const { candidate, stable } = question;
  let after = {
    ...before,
    requests: addArms(
      before.requests,
      eachArm(arms, ({ n }) => n),
    ),
  };
  for (const cohort of cohortsOf(labels, { candidate, stable }))
    after = {
      ...after,
      labels: addArms(
        after.labels,
        eachArm(cohort, (row) => row?.n ?? 0),
      ),
      // The first row with labels counts its cohort, whatever comes later.
      predictions: addArms(
        after.predictions,
        eachArm(cohort, (row) => (row && row.n > 0 && !row.earlier ? (row.predictions ?? 0) : 0)),
      ),
    };
  const tables = labelTables('coverage', labels, { candidate, stable });
  if (tables.length === 0) return after;
  const lnFactors = tables
    .map((table) => [
      ...oddsBet(table, TOLERATED, BEYOND),
      ...oddsBet(
        table,
        -TOLERATED,
        BEYOND.map((odds) => -odds),
      ),
    ])
    .reduce((sum, each) => sum.map((x, i) => x + (each[i] ?? 0)));
  return {
    ...after,
    difference: bet(
      after.difference,
      lnFactors.map((x) => x / users),
      STAKES,
    ),
  };
}

function addArms(a: Arms<number>, b: Arms<number>): Arms<number> {
  return { candidate: a.candidate + b.candidate, stable: a.stable + b.stable };
}

/** Share of each arm's predictions that have a label; `null` without any. */
function covered(known: CoverageMemory): Arms<number | null> {
  const all = predicted(known);
  const one = (arm: 'candidate' | 'stable') => (all[arm] > 0 ? Math.min(known.labels[arm] / all[arm], 1) : null);
  return { candidate: one('candidate'), stable: one('stable') };
}

/** One request may carry several predictions. */
function predicted({ requests, predictions }: CoverageMemory): Arms<number> {
  return {
    candidate: Math.max(requests.candidate, predictions.candidate),
    stable: Math.max(requests.stable, predictions.stable),
  };
}

/** What keeps a gate from passing whose labels are too few, or not those of a fair sample; never a reason to go back. */
export function coverageObstacles(known: CoverageMemory = NOTHING, plan: GatePlan): string[] {
  const { candidate, stable } = covered(known);
  const obstacles: string[] = [];
  const least = plan.coverage?.least ?? 0;
  if ((candidate ?? 0) < least)
    obstacles.push(
      `${percent(candidate ?? 0)} of the candidate's predictions have labels, ${percent(least)} are asked for`,
    );
  if (worth(known.difference, STAKES) >= -ln(plan.alpha))
    obstacles.push(
      `labels come for ${percent(candidate ?? 0)} of the candidate's predictions and for ${percent(stable ?? 0)} of stable's, so those that have one cannot be compared`,
    );
  return obstacles;
}

/** Predictions without labels, for people; the obstacles decide. */
export function coverageStanding(known: CoverageMemory = NOTHING, plan: GatePlan): Standing {
  const without = eachArm(covered(known), (share) => (share === null ? null : 1 - share));
  return shownOnly('coverage', {
    ...without,
    unit: 'share',
    margin: 1 - (plan.coverage?.least ?? 0),
    n: predicted(known),
    proved: coverageObstacles(known, plan).length === 0 && known.labels.candidate > 0,
  });
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
