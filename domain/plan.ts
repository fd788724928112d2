import type { MonitorPlan } from './monitor.ts';
import type { AbPlan } from './ab.ts';
import type { NamedPlans } from './named-metrics.ts';
import type { InconclusivePolicy, MetricSpec, RolloutSpec } from './rollout-spec.ts';
import type { CaptureSettings, EndpointSettings } from './serving-contract.ts';
import type { PullPlan } from './outcome-pull.ts';
import type { RetrainPlan } from './retrain.ts';
import type { RampPlan } from './ramp.ts';
import type { Receiver } from './receivers.ts';
import type { UserKey } from './user-key.ts';
import type { Runtime } from './model-version.ts';
import { planComparison } from './comparison.ts';
import { planAb } from './ab.ts';
import { MOST_AT_FIRST, planRamp } from './ramp.ts';
import { FULL_WEIGHT } from './route.ts';
import { longestMs } from './serving-contract.ts';
import { parseDuration } from './duration.ts';
import { planMonitor } from './monitor.ts';
import { planNamed } from './named-metrics.ts';
import { planPull } from './outcome-pull.ts';
import { planRetrain } from './retrain.ts';
import { planReceiver } from './receivers.ts';

/** A margin with its defaults filled in. */
export interface PlannedMetric {
  readonly margin: number;
  readonly required: boolean;
  /** Set where the metric neither rolls back nor is asked for. */
  readonly unjudged?: boolean;
  /** Set where the metric is asked for only once there is anything to judge it by. */
  readonly onceSeen?: boolean;
}

/** Everything a gate needs to know besides the batches. */
export interface GatePlan extends NamedPlans {
  readonly alpha: number;
  readonly beta: number;
  readonly minRequests: number;
  /** Longest time from a request to its answer, in milliseconds: a server that hangs keeps its requests out of batches so long. */
  readonly longestMs?: number;
  readonly errors: PlannedMetric;
  readonly rejected: PlannedMetric;
  readonly latency: { readonly p50: PlannedMetric; readonly p95: PlannedMetric; readonly p99: PlannedMetric };
  readonly accuracy: PlannedMetric;
  /** Wrong answers to the same requests, where the truth of mirrored ones is known. */
  readonly paired?: PlannedMetric;
  readonly limits: { readonly errorRate: number; readonly p99Ms: number | null };
  /** Set in the questions of a canary that climbs a ramp. */
  readonly ramp?: RampPlan;
}

export interface ValidatePlan {
  readonly data: {
    readonly source: string;
    readonly label: string;
    readonly exclude: readonly string[];
    readonly maxRows: number | null;
  };
  readonly task: 'classification' | 'regression';
  readonly margin: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly slices: readonly { readonly name: string; readonly where: string; readonly margin: number }[];
  readonly reproduce: Readonly<Record<string, number>>;
  readonly timeoutMs: number;
}

export interface ShadowPlan {
  readonly percent: number;
  readonly minPairs: number;
  readonly maxDisagreement: number;
  readonly maxDurationMs: number;
  readonly onInconclusive: InconclusivePolicy;
}

export interface CanaryStep {
  /** Parts per 10,000. */
  readonly weight: number;
  readonly approval: boolean;
  readonly minDurationMs: number;
}

/** A rollout with nothing left open: what `slipway plan` prints and the workflow carries out. */
export interface RolloutPlan {
  readonly target: string;
  readonly endpoint: string;
  readonly model: string;
  /** Registry number, or alias with a leading `@`. */
  readonly version: string;
  readonly runtime: Runtime;
  readonly serving: EndpointSettings;
  readonly build: { readonly timeoutMs: number };
  readonly validate: ValidatePlan | null;
  readonly shadow: ShadowPlan | null;
  readonly canary: {
    /** Empty where the weight follows a ramp, or where there is no canary; see {@link hasCanary}. */
    readonly steps: readonly CanaryStep[];
    /** Absent from plans of releases that had none. */
    readonly ramp?: RampPlan | null;
    readonly maxDurationMs: number;
    readonly onInconclusive: InconclusivePolicy;
  };
  /** Absent where there is no A/B test. */
  readonly ab?: AbPlan;
  readonly soak: { readonly durationMs: number; readonly windowMs: number } | null;
  /** What follows on going back; absent from plans of earlier releases. */
  readonly rollback?: {
    /** How long the version is watched that has its traffic back; 0 for not at all. */
    readonly watchMs: number;
    readonly style?: 'immediate' | 'to-shadow';
    /** With `to-shadow`: how long the candidate goes on getting copies of requests. */
    readonly shadowForMs?: number;
  };
  /** Absent from plans of releases that had none. */
  readonly monitor?: MonitorPlan | null;
  readonly gates: GatePlan;
  readonly stickyHeader: string | null;
  /** The cookie that names users, where no header does. */
  readonly stickyCookie?: string;
  readonly approval: readonly ('shadow' | 'canary' | 'full')[];
  readonly approvalTimeoutMs: number;
  readonly maxBlindMs: number;
  readonly notify: readonly Receiver[];
  /** Absent from plans of releases that had none. */
  readonly retrain?: RetrainPlan | null;
  /** Where outcomes are read; absent where nothing says so. */
  readonly outcomes?: PullPlan;
}

/** The alias that a specification without a version rolls out. */
export const DEFAULT_VERSION = '@challenger';

const PERCENT = 100; // parts per 10,000 in one percent

/** Whether live traffic is split before all of it moves. */
export function hasCanary({ canary }: Pick<RolloutPlan, 'canary'>): boolean {
  return canary.steps.length > 0 || Boolean(canary.ramp);
}

/** The largest weight that may follow on a shadow. */
export function mostAfterShadow({ canary }: Pick<RolloutPlan, 'canary'>): number {
  if (canary.ramp) return Math.min(MOST_AT_FIRST, canary.ramp.maxWeight);
  return canary.steps[0]?.weight ?? FULL_WEIGHT;
}

/** Fills in every default of a valid specification. Pure: the client's `plan` and the preflight get the same answer. */
export function planRollout(spec: RolloutSpec): RolloutPlan {
  const gates = planGates(spec);
  return {
    target: spec.target ?? 'local',
    endpoint: spec.endpoint,
    model: spec.model,
    version: String(spec.version ?? DEFAULT_VERSION),
    runtime: planRuntime(spec),
    serving: planServing(spec),
    build: { timeoutMs: parseDuration(spec.build?.timeout ?? '30m') },
    validate: planValidate(spec),
    shadow: planShadow(spec),
    canary: planCanary(spec),
    ...(spec.ab && { ab: planAb(spec.ab) }),
    soak: spec.soak === false ? null : planSoak(spec.soak ?? {}),
    rollback: {
      watchMs: parseDuration(spec.rollback?.watch ?? '2m'),
      style: spec.rollback?.style ?? 'immediate',
      shadowForMs: parseDuration(spec.rollback?.shadowFor ?? '30m'),
    },
    monitor: planMonitor(spec.monitor, gates.limits),
    gates,
    ...planSticky(spec),
    approval: spec.approval ?? [],
    approvalTimeoutMs: parseDuration(spec.approvalTimeout ?? '7d'),
    maxBlindMs: parseDuration(spec.maxBlind ?? '15m'),
    notify: (spec.notify ?? []).map(planReceiver),
    retrain: spec.retrain ? planRetrain(spec.retrain) : null,
    ...(spec.outcomes && { outcomes: planPull(spec.outcomes) }),
  };
}

function planSticky({ sticky }: Pick<RolloutSpec, 'sticky'>): Pick<RolloutPlan, 'stickyHeader' | 'stickyCookie'> {
  if (!sticky) return { stickyHeader: null };
  // Names of headers are the same in any case, those of cookies are not.
  if ('cookie' in sticky) return { stickyHeader: null, stickyCookie: sticky.cookie };
  return { stickyHeader: sticky.header.toLowerCase() };
}

/** What names the users who stay on one version; `null` where nobody does. */
export function userKeyOf({ stickyHeader, stickyCookie }: RolloutPlan): UserKey | null {
  if (stickyCookie !== undefined) return { cookie: stickyCookie };
  return stickyHeader === null ? null : { header: stickyHeader };
}

function planRuntime({ runtime }: RolloutSpec): Runtime {
  if (runtime?.kind !== 'command') return { kind: 'mlflow' };
  const { healthPath = '/health', predictPath = '/invocations' } = runtime;
  return { kind: 'command', command: runtime.command, healthPath, predictPath };
}

function planServing(spec: RolloutSpec): EndpointSettings {
  return {
    model: spec.model,
    timeoutMs: parseDuration(spec.serving?.timeout ?? '5s'),
    retry: spec.serving?.retry ?? true,
    batchMs: parseDuration(spec.gates?.batch ?? '10s'),
    capture: planCapture(spec),
  };
}

function planCapture({ ab, capture, sticky, shadow }: RolloutSpec): CaptureSettings {
  const { stickyHeader, stickyCookie } = planSticky({ ...(sticky && { sticky }) });
  const comparison = planComparison((shadow === false ? undefined : shadow?.compare) ?? {});
  return {
    sample: capture?.sample ?? 1,
    redact: capture?.redact ?? [],
    retentionDays: capture?.retentionDays ?? 30,
    userHeader: capture?.userHeader?.toLowerCase() ?? stickyHeader,
    ...(stickyCookie !== undefined && capture?.userHeader === undefined && { userCookie: stickyCookie }),
    tolerance: (shadow === false ? undefined : shadow?.tolerance) ?? 1e-6,
    ...(ab && { rewardWindowMs: planAb(ab).windowMs }),
    ...(comparison && { comparison }),
  };
}

function planValidate({ validate }: RolloutSpec): ValidatePlan | null {
  if (!validate) return null;
  const margin = validate.margin ?? 0.02;
  return {
    data: {
      source: validate.data.source,
      label: validate.data.label,
      exclude: validate.data.exclude ?? [],
      maxRows: validate.data.maxRows ?? null,
    },
    task: validate.task ?? 'classification',
    margin,
    limits: validate.limits ?? {},
    slices: (validate.slices ?? []).map((slice) => ({ ...slice, margin: slice.margin ?? Math.max(margin, 0.05) })),
    reproduce: validate.reproduce ?? {},
    timeoutMs: parseDuration(validate.timeout ?? '30m'),
  };
}

function planShadow({ shadow }: RolloutSpec): ShadowPlan | null {
  if (shadow === false) return null;
  return {
    percent: shadow?.percent ?? 100,
    minPairs: shadow?.minPairs ?? 200,
    maxDisagreement: shadow?.maxDisagreement ?? 0.1,
    maxDurationMs: parseDuration(shadow?.maxDuration ?? '1h'),
    onInconclusive: shadow?.onInconclusive ?? 'hold',
  };
}

function planCanary(spec: RolloutSpec): RolloutPlan['canary'] {
  const { canary } = spec;
  const minDuration = canary?.minDuration ?? '1m';
  return {
    ramp: planRamp(spec),
    steps: (canary?.steps ?? []).map((step) => {
      const { percent, approval, minDuration: own } = typeof step === 'number' ? { percent: step } : step;
      return {
        weight: Math.round(percent * PERCENT),
        approval: approval ?? false,
        minDurationMs: parseDuration(own ?? minDuration),
      };
    }),
    maxDurationMs: parseDuration(canary?.maxDuration ?? '2h'),
    onInconclusive: canary?.onInconclusive ?? 'hold',
  };
}

function planSoak(soak: { duration?: string; window?: string }): NonNullable<RolloutPlan['soak']> {
  const durationMs = parseDuration(soak.duration ?? '24h');
  return { durationMs, windowMs: Math.min(durationMs, parseDuration(soak.window ?? '15m')) };
}

function planGates(spec: RolloutSpec): GatePlan {
  const { gates } = spec;
  return {
    alpha: gates?.alpha ?? 0.05,
    beta: gates?.beta ?? 0.05,
    minRequests: gates?.minRequests ?? 20,
    longestMs: longestMs(planServing(spec), true),
    errors: metric(gates?.errors, 0.01, true),
    rejected: metric(gates?.rejected, 0.01, true),
    latency: {
      p50: metric(gates?.latency?.p50, 0.5, true),
      p95: metric(gates?.latency?.p95, 0.5, false),
      p99: metric(gates?.latency?.p99, 1, false),
    },
    accuracy: metric(gates?.accuracy, 0.02, false),
    ...planNamed(gates),
    limits: { errorRate: gates?.limits?.errorRate ?? 0.05, p99Ms: gates?.limits?.p99Ms ?? null },
  };
}

function metric(spec: MetricSpec | undefined, margin: number, required: boolean): PlannedMetric {
  return { margin: spec?.margin ?? margin, required: spec?.required ?? required };
}
