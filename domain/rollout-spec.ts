import type { ComparisonSpec } from './comparison.ts';
import type { AbSpec } from './ab.ts';
import type { Duration } from './duration.ts';
import type { MonitorSpec } from './monitor.ts';
import type { NamedSpecs } from './named-metrics.ts';
import type { OutcomesSpec } from './outcome-pull.ts';
import type { RetrainSpec } from './retrain.ts';
import type { ReceiverSpec } from './receivers.ts';
import type { UserKey } from './user-key.ts';

/** Whether an undecided gate at its time limit gives up, waits for a person, goes on watching, or decides. */
export type InconclusivePolicy = 'hold' | 'ask' | 'extend' | 'rollback' | 'promote';

/** A margin on one metric; `required` metrics must be proved within it before promotion, others can only roll back. */
export interface MetricSpec {
  margin?: number;
  required?: boolean;
}

/** A canary step: percent of live traffic, optionally only after a person approved it. */
export type CanaryStepSpec = number | { percent: number; approval?: boolean; minDuration?: Duration };

/** A data set: a file, or an artifact of the registry, of labelled rows. */
export interface DataSpec {
  /** Path on the worker, or `runs:/<run>/<path>`. CSV, JSON lines or Parquet, by its ending. */
  source: string;
  label: string;
  /** Columns that are not features. */
  exclude?: string[];
  /** Most rows that are scored; all when absent. */
  maxRows?: number;
}

/**
 * A rollout as a person writes it, in YAML. Only `endpoint` and `model` have no default; `slipway plan` prints all others.
 *
 * Durations are written `30s`, `15m`, `24h`; shares are 0 to 1; percents are 0 to 100.
 */
export interface RolloutSpec {
  endpoint: string;
  model: string;
  /** Registry number, or an alias written `@challenger`; `slipway start --version` overrides it. */
  version?: string | number;
  target?: string;
  runtime?: { kind: 'mlflow' } | { kind: 'command'; command: string[]; healthPath?: string; predictPath?: string };
  /** Longest time one version may take for a prediction, and whether the other one is tried then. */
  serving?: { timeout?: Duration; retry?: boolean };
  build?: { timeout?: Duration };
  validate?:
    | false
    | {
        data: DataSpec;
        task?: 'classification' | 'regression';
        /** Most that accuracy (classification) or R² (regression) may fall below stable's. */
        margin?: number;
        /** Limits that hold without a stable to compare with: `{ accuracy: 0.9 }`, `{ mse: 2.5 }`. */
        limits?: Record<string, number>;
        /** SQL predicates over the data's columns, each checked by itself. */
        slices?: { name: string; where: string; margin?: number }[];
        /** Metric logged at training → most it may differ when reproduced through the endpoint. */
        reproduce?: Record<string, number>;
        timeout?: Duration;
      };
  shadow?:
    | false
    | {
        percent?: number;
        minPairs?: number;
        /** Most that the two versions' answers may differ, as a share of pairs. */
        maxDisagreement?: number;
        tolerance?: number;
        /** How answers are compared where being equal is too much to ask: texts, generated answers. */
        compare?: ComparisonSpec;
        maxDuration?: Duration;
        onInconclusive?: InconclusivePolicy;
      };
  canary?: {
    /** Weights fixed by hand; without them the weight follows the evidence, within the risk budget. */
    steps?: CanaryStepSpec[];
    minDuration?: Duration;
    maxDuration?: Duration;
    onInconclusive?: InconclusivePolicy;
  };
  /** What finding out about the candidate may cost, where `canary.steps` does not fix the weights. */
  risk?: {
    /** Most bad responses beyond stable's own. */
    badExposure?: number;
    /** The weight at which the full proof is asked, before half of the traffic and then all. */
    maxPercent?: number;
  };
  ab?: AbSpec;
  soak?: false | { duration?: Duration; window?: Duration };
  /** How the rollout goes back when a gate fails; an abort is always immediate. */
  rollback?: {
    style?: 'immediate' | 'to-shadow';
    /** How long the failed candidate goes on getting copies of requests, with `to-shadow`. */
    shadowFor?: Duration;
    /** How long stable is watched with its traffic back; `0s` for not at all. */
    watch?: Duration;
  };
  /** Watching the version after its rollout, for as long as it serves. */
  monitor?: false | MonitorSpec;
  gates?: NamedSpecs & {
    /** Chance that a harmless candidate is rolled back, over the whole rollout. */
    alpha?: number;
    /** Chance that a candidate worse than a margin is promoted. */
    beta?: number;
    batch?: Duration;
    /** Fewest requests of the candidate in a step before its gate may pass. */
    minRequests?: number;
    errors?: MetricSpec;
    rejected?: MetricSpec;
    latency?: { p50?: MetricSpec; p95?: MetricSpec; p99?: MetricSpec };
    accuracy?: MetricSpec;
    /** Absolute limits: all that holds when there is no stable, and during the soak. */
    limits?: { errorRate?: number; p99Ms?: number };
  };
  sticky?: UserKey;
  capture?: { sample?: number; redact?: string[]; retentionDays?: number; userHeader?: string };
  /** Stages that begin only when a person approves. */
  approval?: ('shadow' | 'canary' | 'full')[];
  approvalTimeout?: Duration;
  /** Longest time without evidence while the candidate has live traffic. */
  maxBlind?: Duration;
  notify?: ReceiverSpec[];
  /** How a new version is trained, which is then rolled out by this specification. */
  retrain?: RetrainSpec;
  /** Where what became of predictions is read, beside what is pushed. */
  outcomes?: OutcomesSpec;
}
