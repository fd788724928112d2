import type { GatePlan, RolloutPlan } from './plan.ts';

/** What starts the watch over a version that has its traffic back. */
export interface AftermathInput {
  readonly plan: Pick<RolloutPlan, 'target' | 'endpoint' | 'model' | 'notify' | 'maxBlindMs'>;
  readonly gates: GatePlan;
  readonly rolloutId: string;
  /** The fence under which it got its traffic back. */
  readonly epoch: number;
  readonly sequence: number;
  /** The version that is watched, and the one that left. */
  readonly version: string;
  readonly left: string;
  readonly watchMs: number;
  /** How many entries the rollout has in the ledger. */
  readonly ledgerSequence: number;
}

/** How a version served before, as far as its sealed batches tell. */
export interface UsualFigures {
  readonly requests: number;
  /** Share of requests, 0 to 1. */
  readonly errorRate: number;
  /** `null` where too few requests were seen to tell. */
  readonly p99Ms: number | null;
}

/** How the version serves since; `unknown` where too little was seen to tell. */
export interface AftermathStatus {
  readonly state: 'watching' | 'as before' | 'worse' | 'unknown';
  readonly version: string;
  readonly summary: string;
  /** ISO 8601: when the watch ends. */
  readonly until: string;
}

/** How long a version is watched that has its traffic back, unless the specification says otherwise. */
export const AFTERMATH_MS = 120_000;

/** Requests without which a usual error rate, and a usual slowest hundredth, say nothing. */
const ENOUGH = { errors: 100, p99: 500 } as const;

/** One watch a rollout: asked for twice, it is begun once. */
export function aftermathWorkflowId(rolloutId: string): string {
  return `aftermath.${rolloutId}`;
}

/** The limits of "no worse than before": what was usual and the plan's own margins; the plan's limits where nothing is known. */
export function limitsOfBefore(usual: UsualFigures | null, { limits, errors, latency }: GatePlan): GatePlan['limits'] {
  if (!usual) return limits;
  const { requests, errorRate, p99Ms } = usual;
  return {
    errorRate: requests < ENOUGH.errors ? limits.errorRate : Math.min(1, errorRate + errors.margin),
    p99Ms: requests < ENOUGH.p99 || p99Ms === null ? limits.p99Ms : p99Ms * (1 + latency.p99.margin),
  };
}
