import type { Fence } from './fence.ts';
import type { Fault } from './profile.ts';
import type { UserRewards } from './ab.ts';

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
  /** Requests whose input or answer breaks the model's schema: missing, null, out of range, of another type. */
  readonly violations?: number;
  /** By input: values that a profile of the model's inputs knows as wrong; nothing of inputs without any. */
  readonly faults?: FaultCounts;
  readonly resources?: ResourceUse;
  /** Of good answers that were streamed: from the request's last byte to the first piece. */
  readonly firstToken?: LatencySketch;
  /** Of good answers that tell what they took. */
  readonly tokens?: TokenCounts;
  /** Distributions of what was asked, and of what was answered (classes, scores): drift looks at these. */
  readonly inputs?: BinCounts;
  readonly outputs?: BinCounts;
}

/** Tokens of requests, and of their answers; each answer's are counted up to a bound. */
export interface TokenCounts {
  readonly answers: number;
  readonly input: number;
  readonly output: number;
}

/** Tokens of one answer that are counted at most. */
export const MOST_TOKENS = 16_384;

/** What the servers of one arm used during one batch, sampled from outside. */
export interface ResourceUse {
  /** Servers that the numbers below are about, and readings taken of each. */
  readonly replicas: number;
  readonly samples: number;
  /** Processor seconds of all replicas together. */
  readonly cpuSeconds: number;
  /** Of those, what as many replicas use in as long a time without any request; measured before they got traffic. */
  readonly idleCpuSeconds?: number;
  /** Resident memory of one replica in bytes, mean over replicas and readings. */
  readonly memoryBytes: number;
  /** Seconds for which GPUs were busy, of all replicas together; and memory of one replica's GPUs in bytes. */
  readonly gpuSeconds?: number;
  readonly gpuMemoryBytes?: number;
}

/**
 * Values of named features, counted by bin: quantile bins of a reference sample, or categories with the rest in the last one.
 *
 * Every batch of an endpoint has the same number of bins for a feature; missing values have a bin of their own.
 */
export type BinCounts = Readonly<Record<string, readonly number[]>>;

/** Faults (profile.ts) of named features; those that did not occur are left out. */
export type FaultCounts = Readonly<Record<string, Readonly<Partial<Record<Fault, number>>>>>;

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
  /** Of pairs whose label arrived during the batch: how many, and which side alone was wrong. */
  readonly wrong?: { readonly n: number; readonly onlyVersion: number; readonly onlyAgainst: number };
}

/**
 * Labels that arrived during the batch, credited to the version that served the prediction.
 *
 * With `cohort`, one row for each version and each batch whose predictions got labels: late labels append rows to later
 * batches and change no sealed one. Where one version of a cohort has a row, the others have one too, if only of `n: 0`.
 */
export interface LabelCounts {
  readonly version: string;
  readonly n: number;
  readonly correct: number;
  /** Index of the batch in which the labelled predictions were made. */
  readonly cohort?: number;
  /** Index of the batch in which these labels came first; a row that a later batch repeats keeps it, and counts once. */
  readonly revision?: number;
  /** Predictions that the version made in the cohort, and how many of them had a label before this row. */
  readonly predictions?: number;
  readonly earlier?: number;
  /** Of the `n`, where labels are yes or no. */
  readonly confusion?: Confusion;
  /** Of the `n`, where labels are numbers: squared and absolute errors of the predictions. */
  readonly losses?: { readonly squared: LossSums; readonly absolute: LossSums };
}

export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** Sums of losses, each counted as at most `bound`: means of unbounded losses cannot be tested. In units of the loss. */
export interface LossSums {
  readonly bound: number;
  readonly sum: number;
  /** Σ loss². */
  readonly squares: number;
  /** How many losses were larger than the bound. */
  readonly clipped: number;
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
  /** Digest of the profile by whose bins inputs and outputs are counted; absent where capture chose the bins itself. */
  readonly profile?: string;
  /** During an A/B test: users whose rewards were counted in this batch, and in no other. */
  readonly rewards?: readonly UserRewards[];
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
