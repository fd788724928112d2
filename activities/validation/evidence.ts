import type { MetricEvidence } from '../../domain/verdict.ts';

/** How one comparison or limit came out, and why; the verdict is made of these. */
export interface Finding extends Omit<MetricEvidence, 'unit'> {
  /** `value`: in the label's own unit, as an error is. */
  readonly unit: 'share' | 'value';
  /** What kind of fault it is when it fails. */
  readonly kind: 'comparison' | 'limit' | 'reproduction' | 'observation';
  /** Name of the slice; `null` for the whole set. */
  readonly slice: string | null;
  /** One clause for people: what was found. */
  readonly finding: string;
  /** Rows with which an undecided one would probably be decided. */
  readonly rowsNeeded: number | null;
}

/**
 * Stands where a gate has its e-value. This is one look at a fixed sample, so 1/p may be compared with 1/α as an e-value
 * is; kept finite so that JSON can carry it.
 */
export function inverse(pValue: number): number {
  return 1 / Math.max(pValue, 1e-12);
}

/** What a metric was on both sides, for people and the report; nothing is decided on it. */
export function observation(metric: string, unit: Finding['unit'], candidate: number, stable: number | null): Finding {
  return {
    metric,
    kind: 'observation',
    slice: null,
    decision: 'undecided',
    required: false,
    against: 1,
    inFavour: 1,
    candidate: finiteOrNull(candidate),
    stable: stable === null ? null : finiteOrNull(stable),
    unit,
    margin: 0,
    finding: '',
    rowsNeeded: null,
  };
}

/** The finding as a verdict carries it, which knows no units of labels: such figures stand in its summary only. */
export function asEvidence(found: Finding): MetricEvidence {
  const { metric, decision, required, against, inFavour, candidate, stable, unit, margin } = found;
  const figures = unit === 'share' ? { candidate, stable } : { candidate: null, stable: null };
  return { metric, decision, required, against, inFavour, ...figures, unit: 'share', margin };
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A figure as people read it: four digits, no trailing zeros. */
export function figure(value: number | null): string {
  return value === null ? 'nothing' : String(Number(value.toPrecision(4)));
}
