import { parseDuration, type Duration } from './duration.ts';
import type { MetricEvidence } from './verdict.ts';

/** What can be found about a model in production. */
export const FINDING_KINDS = [
  'drift',
  'input_quality',
  'quality',
  'errors',
  'latency',
  'resources',
  'outliers',
  'silence',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** The subject of memory that rises without end: a leak, where more of a resource than usual is a cost. */
export const MEMORY_GROWTH = 'memory';

/** What one window of production shows that is not as it should be. */
export interface Finding {
  readonly kind: FindingKind;
  /** The metric or slice that it is about; `inputs` and `outputs` of a model. */
  readonly subject: string;
  /** Of the model's inputs or outputs, those that show it, the worst first. */
  readonly features?: readonly string[];
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  /** What was seen, and the most (or least) that would have been no finding; both in the subject's own unit. */
  readonly value: number;
  readonly limit: number;
}

/** What one window measured, be it a finding or not: a value, and the most that is none, above 0. */
export interface Measure extends Pick<Finding, 'kind' | 'subject' | 'value' | 'limit'> {
  readonly unit: MetricEvidence['unit'];
  /** Other distances of the same two distributions, for people: 0 to 1 each, but for chi-square's p-value. */
  readonly distances?: DriftDistances;
}

export interface DriftDistances {
  readonly jensenShannon: number;
  /** Only of numbers, whose bins have an order. */
  readonly kolmogorovSmirnov?: number;
  readonly wasserstein?: number;
  readonly chiSquareP: number;
}

/** What is done about a finding: people are told, are told the command that goes back, traffic goes back, or training begins. */
export const MONITOR_POLICIES = ['notify', 'ask', 'rollback', 'retrain'] as const;

export type MonitorPolicy = (typeof MONITOR_POLICIES)[number];

/** Measures by labels that are to be high, as a mean of classes where they are by class; and those that are to be low. */
export const QUALITY_MEASURES = {
  min: ['accuracy', 'precision', 'recall', 'f1'],
  max: ['mse', 'rmse', 'mae'],
} as const;

/** What labels must say of the version that serves. */
export interface QualitySpec {
  /** Predictions of so long are judged together. */
  over?: Duration;
  min?: Partial<Record<(typeof QUALITY_MEASURES)['min'][number], number>>;
  max?: Partial<Record<(typeof QUALITY_MEASURES)['max'][number], number>>;
  /** Parts of the predictions that are held to the same limits by themselves; conditions as in `validate.slices`. */
  slices?: { name: string; where: string }[];
}

/** A {@link QualitySpec} with nothing left open. */
export interface QualityPlan {
  readonly overMs: number;
  readonly min: Readonly<Record<string, number>>;
  readonly max: Readonly<Record<string, number>>;
  /** Absent where nothing is looked at by itself. */
  readonly slices?: readonly { readonly name: string; readonly where: string }[];
}

function planQuality({ over = '24h', min = {}, max = {}, slices }: QualitySpec): QualityPlan {
  return { overMs: parseDuration(over), min, max, ...(slices && { slices }) };
}

/** How an endpoint is watched once a rollout on it was promoted. */
export interface MonitorSpec {
  /** How often the endpoint is judged. */
  window?: Duration;
  /** Most errors as a share of requests; `gates.limits.errorRate` when absent. */
  errors?: { max?: number };
  /** Longest p99 in milliseconds; `gates.limits.p99Ms` when absent. */
  latency?: { p99Ms?: number };
  /** Longest time without a request. */
  silence?: Duration;
  quality?: QualitySpec;
  policy?: Partial<Record<FindingKind, MonitorPolicy>>;
  /** How long an incident may stay without acknowledgement before it is told again, as critical. */
  escalateAfter?: Duration;
}

/** A {@link MonitorSpec} with nothing left open. */
export interface MonitorPlan {
  readonly windowMs: number;
  readonly errors: { readonly max: number };
  readonly latency: { readonly p99Ms: number | null };
  readonly silenceMs: number;
  /** Absent in plans of earlier releases; without limits labels are not judged. */
  readonly quality?: QualityPlan;
  readonly policy: Readonly<Record<FindingKind, MonitorPolicy>>;
  readonly escalateAfterMs: number;
}

/** Fills in every default: people are told, and nothing else is done. `limits` are those of the gates. */
export function planMonitor(
  spec: MonitorSpec | false = {},
  limits: { readonly errorRate: number; readonly p99Ms: number | null },
): MonitorPlan | null {
  if (spec === false) return null;
  const { policy = {} } = spec;
  return {
    windowMs: parseDuration(spec.window ?? '5m'),
    errors: { max: spec.errors?.max ?? limits.errorRate },
    latency: { p99Ms: spec.latency?.p99Ms ?? limits.p99Ms },
    silenceMs: parseDuration(spec.silence ?? '30m'),
    quality: planQuality(spec.quality ?? {}),
    policy: Object.fromEntries(FINDING_KINDS.map((kind) => [kind, policy[kind] ?? 'notify'])) as MonitorPlan['policy'],
    escalateAfterMs: parseDuration(spec.escalateAfter ?? '1h'),
  };
}
