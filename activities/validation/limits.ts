import type { Lineage } from '../../domain/model-version.ts';
import { failure } from '../failures.ts';
import { figure, finiteOrNull, type Finding } from './evidence.ts';
import { computedName, isShare, isWithin } from './metric-names.ts';

type Metrics = Readonly<Record<string, number>>;

/** Holds the candidate's metrics against absolute limits; what there is without a stable to compare with. */
export function checkLimits(limits: Metrics, computed: Metrics): Finding[] {
  return Object.entries(limits).map(([name, limit]) => {
    const metric = computedName(name, computed, 'limits');
    const value = computed[metric] ?? Number.NaN;
    const within = isWithin(metric, value, limit);
    return {
      ...settled('limit', `limits.${name}`, within),
      candidate: finiteOrNull(value),
      stable: null,
      unit: isShare(metric) ? 'share' : 'value',
      margin: limit,
      finding: `${name} ${figure(value)}, ${within ? 'within' : 'beyond'} the limit ${figure(limit)}`,
    };
  });
}

/**
 * Compares metrics logged at training with the same metrics computed through the endpoint, each within its tolerance.
 *
 * A difference means that what is served is not what was trained: other data preparation, other libraries, other weights.
 *
 * @throws failure `InvalidData` for a metric that the run has not logged
 */
export function checkReproduction(
  tolerances: Metrics,
  computed: Metrics,
  { metrics: logged }: Pick<Lineage, 'metrics'>,
): Finding[] {
  return Object.entries(tolerances).map(([name, tolerance]) => {
    const metric = computedName(name, computed, 'reproduce');
    const atTraining = logged[name];
    if (atTraining === undefined) {
      const known = Object.keys(logged).join(', ') || 'none';
      throw failure('InvalidData', `reproduce: the candidate's run has logged no metric "${name}"; it has ${known}`);
    }
    const value = computed[metric] ?? Number.NaN;
    const same = Math.abs(value - atTraining) <= tolerance;
    return {
      ...settled('reproduction', `reproduce.${name}`, same),
      candidate: finiteOrNull(value),
      stable: atTraining,
      unit: isShare(metric) ? 'share' : 'value',
      margin: tolerance,
      finding: `${name} ${figure(value)} through the endpoint, ${figure(atTraining)} at training`,
    };
  });
}

/** Rows of the candidate without a usable answer, as a share. */
export function checkAnswers(rows: number, failedRows: number, limit: number, faults: readonly string[]): Finding {
  const share = failedRows / rows;
  const first = faults[0] ? `; ${faults[0]}` : '';
  return {
    ...settled('limit', 'errors', share <= limit),
    candidate: share,
    stable: null,
    unit: 'share',
    margin: limit,
    finding: failedRows === 0 ? 'every row was answered' : `no usable answer to ${failedRows} of ${rows} rows${first}`,
  };
}

function settled(kind: Finding['kind'], metric: string, holds: boolean) {
  return {
    metric,
    kind,
    slice: null,
    decision: holds ? ('pass' as const) : ('fail' as const),
    required: true,
    against: holds ? 1 : 1e12,
    inFavour: holds ? 1e12 : 1,
    rowsNeeded: null,
  };
}
