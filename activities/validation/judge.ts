import type { Lineage } from '../../domain/model-version.ts';
import type { GatePlan, ValidatePlan } from '../../domain/plan.ts';
import { failure } from '../failures.ts';
import { classify } from './classification.ts';
import { compareVersions } from './compare.ts';
import type { DataSet } from './data-set.ts';
import { observation, type Finding } from './evidence.ts';
import { checkAnswers, checkLimits, checkReproduction } from './limits.ts';
import { isShare } from './metric-names.ts';
import { numeric, type Prediction } from './prediction.ts';
import { regress } from './regression.ts';
import type { Scores } from './score-version.ts';

/** Everything that a validation is decided on. */
export interface ValidationEvidence {
  readonly validate: ValidatePlan;
  readonly gates: Pick<GatePlan, 'alpha' | 'beta' | 'limits'>;
  readonly lineage: Pick<Lineage, 'metrics'>;
  readonly data: Pick<DataSet, 'rows' | 'rowsInFile' | 'rowsWithoutLabel' | 'labels' | 'slices'>;
  readonly candidate: Scores;
  /** `null` where nothing has been served yet. */
  readonly stable: Scores | null;
}

/** Figures of one version on the whole set or a slice, with what the task has besides metrics. */
export type Figures = ReturnType<typeof classify> | ReturnType<typeof regress>;

/** Everything that was checked, with how it came out. Pure: the same evidence gives the same findings. */
export function findings(evidence: ValidationEvidence): Finding[] {
  const { validate, gates, lineage, data, candidate, stable } = evidence;
  const computed = figuresOf(evidence, candidate).metrics;
  const lost = data.rows - answeredRows(evidence, candidate);
  return [
    checkAnswers(data.rows, lost, gates.limits.errorRate, candidate.faults),
    ...(stable ? comparisons(evidence, stable.predictions) : []),
    ...checkLimits(validate.limits, computed),
    ...checkReproduction(reproducible(evidence), computed, lineage),
    ...observations(evidence, computed),
  ];
}

/** The task's figures of one version, on the rows of a slice or on all. */
export function figuresOf(
  { validate, data }: ValidationEvidence,
  { predictions }: Scores,
  includes?: ArrayLike<number>,
): Figures {
  const figures = validate.task === 'classification' ? classify : regress;
  return figures(data.labels, predictions, includes);
}

/** Rows with an answer that the task can use. */
export function answeredRows({ validate }: ValidationEvidence, { predictions }: Scores): number {
  const usable = (answer: Prediction | null) =>
    answer !== null && (validate.task === 'classification' || !Number.isNaN(numeric(answer)));
  return predictions.filter(usable).length;
}

function comparisons(
  { validate, gates, data, candidate }: ValidationEvidence,
  stable: readonly (Prediction | null)[],
): Finding[] {
  const compared = { task: validate.task, labels: data.labels, candidate: candidate.predictions, stable };
  // Bonferroni: the more slices are looked at, the likelier one of them looks worse by chance.
  const alpha = gates.alpha / (1 + data.slices.length);
  const whole = compareVersions(compared, { margin: validate.margin, alpha, beta: gates.beta, slice: null });
  const slices = data.slices.map((slice) =>
    compareVersions(compared, { margin: slice.margin, alpha, beta: gates.beta, slice }),
  );
  return [whole, ...slices];
}

function reproducible({ validate, data }: ValidationEvidence): ValidatePlan['reproduce'] {
  const sampled = data.rows < data.rowsInFile - data.rowsWithoutLabel;
  if (!sampled || Object.keys(validate.reproduce).length === 0) return validate.reproduce;
  throw failure('InvalidData', 'reproduce: a metric can be reproduced only on all rows; leave out data.maxRows');
}

function observations(evidence: ValidationEvidence, computed: Readonly<Record<string, number>>): Finding[] {
  const { stable, validate } = evidence;
  const others = stable && figuresOf(evidence, stable).metrics;
  const compared = stable && (validate.task === 'classification' ? 'accuracy' : 'r2');
  return Object.entries(computed)
    .filter(([metric]) => metric !== compared)
    .map(([metric, value]) =>
      observation(metric, isShare(metric) ? 'share' : 'value', value, others?.[metric] ?? null),
    );
}
