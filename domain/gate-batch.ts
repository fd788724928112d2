import type { Fence } from './fence.ts';

/**
 * Latency counts in DDSketch buckets (Masson, Rim, Lee 2019), sparse and sorted by index.
 *
 * Bucket `i` holds latencies in (γ^(i−1), γ^i] milliseconds with γ = (1 + a)/(1 − a); see {@link LATENCY_ACCURACY}.
 */
export type LatencySketch = readonly (readonly [index: number, count: number])[];

/** Relative accuracy `a` of every latency sketch: a quantile read from it is off by at most 1 %. */
export const LATENCY_ACCURACY = 0.01;

/** Sums over the users of one arm in one batch; what a test by user, not by request, needs (ratio estimator). */
export interface UserSums {
  readonly users: number;
  /** Σ over users of requests², bad², and requests × bad. */
  readonly requestsSquared: number;
  readonly badSquared: number;
  readonly requestsTimesBad: number;
}

/** What happened to the requests that the split assigned to one version, whoever answered them in the end. */
export interface ArmCounts {
  readonly version: string;
  /** Requests that ended within the batch's interval. */
  readonly n: number;
  /** 5xx answers, lost connections, timeouts, and requests rescued by another arm. */
  readonly errors: number;
  /** Of the errors: those that ran into the endpoint's time limit. */
  readonly timeouts: number;
  /** 4xx answers; MLflow gives 400 when `predict` raises. */
  readonly rejected: number;
  readonly latency: LatencySketch;
  /** Only where traffic is sticky. */
  readonly users: UserSums | null;
}

/** Answers of two versions to copies of the same requests. */
export interface PairCounts {
  /** The mirrored version. */
  readonly version: string;
  /** The version whose answers were served. */
  readonly against: string;
  /** Pairs in which both answered 2xx. */
  readonly n: number;
  /** Of those, pairs whose predictions differ. */
  readonly disagree: number;
  /** Pairs in which only the served version failed, and only the mirrored one. */
  readonly onlyAgainstFailed: number;
  readonly onlyVersionFailed: number;
  /** Requests whose other half did not come in time. */
  readonly unpaired: number;
  /** Latency of the mirrored answers, and of the served ones they are paired with. */
  readonly latency: LatencySketch;
  readonly latencyAgainst: LatencySketch;
}

/** Labels that arrived during the batch, credited to the version that served the prediction. */
export interface LabelCounts {
  readonly version: string;
  readonly n: number;
  readonly correct: number;
}

/** Everything in a batch but its hash. */
export interface GateBatchBody {
  readonly endpoint: string;
  /** The route under which these requests were assigned. Labels carry the fence in force when they arrived. */
  readonly fence: Fence;
  /** Position among the endpoint's batches; gap-free. */
  readonly index: number;
  /** ISO 8601, UTC; requests that ended in [opened, sealed). */
  readonly opened: string;
  readonly sealed: string;
  readonly arms: readonly ArmCounts[];
  readonly pairs: readonly PairCounts[];
  readonly labels: readonly LabelCounts[];
  /** Log entries shed before they were counted. */
  readonly lost: number;
}

/**
 * Counts and sketches of every arm over one interval: the only thing a gate reads.
 *
 * Immutable once sealed, since merging or changing batches afterwards would change conditional e-values.
 */
export interface GateBatch extends GateBatchBody {
  /** `sha256:` over the canonical JSON of the body. */
  readonly hash: string;
}

/** JSON with sorted keys and no white space: equal values have equal text, whatever wrote them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}
