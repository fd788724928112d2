/**
 * Metrics that are judged only where a specification names them, each with the margin that it has where none is stated: a
 * difference of shares, or how much more than stable's, as a ratio minus one.
 */
export const NAMED_METRICS = {
  violations: { margin: 0.01, unit: 'share' },
  precision: { margin: 0.05, unit: 'share' },
  recall: { margin: 0.05, unit: 'share' },
  f1: { margin: 0.05, unit: 'share' },
  mse: { margin: 0.1, unit: 'ratio' },
  mae: { margin: 0.1, unit: 'ratio' },
  cpu: { margin: 0.25, unit: 'ratio' },
  memory: { margin: 0.25, unit: 'ratio' },
  gpu: { margin: 0.25, unit: 'ratio' },
  gpuMemory: { margin: 0.25, unit: 'ratio' },
  firstToken: { margin: 0.5, unit: 'ratio' },
  outputTokens: { margin: 0.1, unit: 'ratio' },
} as const;

export type NamedMetric = keyof typeof NAMED_METRICS;

/** Share of predictions that must have labels where `coverage` is named without saying how many. */
export const LEAST_COVERAGE = 0.5;
/** Population stability index from which on a difference that is certain counts as drift. */
export const DRIFT_MARGIN = 0.1;

/** What a specification says of these metrics; absent ones are not judged. */
export type NamedSpecs = { [K in NamedMetric]?: { margin?: number; required?: boolean } } & {
  /** Labels of how many predictions it takes before any of them proves a thing. */
  coverage?: { least?: number };
  /** Distributions of what is asked and answered. */
  drift?: { margin?: number; common?: 'note' | 'hold' };
};

/** The same with its defaults filled in. */
export type NamedPlans = { readonly [K in NamedMetric]?: { readonly margin: number; readonly required: boolean } } & {
  readonly coverage?: { readonly least: number };
  readonly drift?: DriftPlan;
};

export interface DriftPlan {
  /** Population stability index from which on a difference that is certain counts. */
  readonly margin: number;
  /** What drift of both arms does: it is told, or keeps the gate from passing; it never goes back. */
  readonly common: 'note' | 'hold';
}

/** Fills in the defaults of the metrics that are named: who names one asks for its proof, unless they say otherwise. */
export function planNamed(specs: NamedSpecs = {}): NamedPlans {
  const named = (Object.keys(NAMED_METRICS) as NamedMetric[]).flatMap((name) => {
    const spec = specs[name];
    if (!spec) return [];
    return [[name, { margin: spec.margin ?? NAMED_METRICS[name].margin, required: spec.required ?? true }]] as const;
  });
  const { coverage, drift } = specs;
  return {
    ...Object.fromEntries(named),
    ...(coverage && { coverage: { least: coverage.least ?? LEAST_COVERAGE } }),
    ...(drift && { drift: { margin: drift.margin ?? DRIFT_MARGIN, common: drift.common ?? 'note' } }),
  };
}
