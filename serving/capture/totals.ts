import { DURATION_BOUNDS } from '../../domain/metrics/serving.ts';
import { LATENCY_ACCURACY } from '../../domain/gate-batch.ts';
import type { ArmCounts, GateBatchBody, LatencySketch, PairCounts } from '../../domain/gate-batch.ts';
import type { Draft } from './fence-tally.ts';

/** Counts of one version on one endpoint since the process began. */
export interface VersionTotals {
  ok: number;
  rejected: number;
  error: number;
  timeout: number;
  labels: number;
  labelsCorrect: number;
  /** Predictions by the bucket of `DURATION_BOUNDS` that they fall into; the last one has no bound. */
  readonly durations: number[];
  durationSeconds: number;
  /** Of streamed answers, in the same buckets. */
  readonly firstTokens: number[];
  firstTokenSeconds: number;
  tokens: { answers: number; input: number; output: number };
  /** Compared answers by the version that was served instead. */
  readonly pairs: Record<string, PairTotals>;
}

export interface PairTotals {
  agree: number;
  disagree: number;
  only_served_failed: number;
  only_mirrored_failed: number;
  unpaired: number;
}

export interface EndpointTotals {
  lost: number;
  readonly versions: Record<string, VersionTotals>;
}

/** By endpoint. */
export type Totals = Readonly<Record<string, EndpointTotals>>;

/** Running sums of what gate batches hold, for whoever reads metrics and not batches. */
export interface Totalling {
  /** What is sealed counts, whether or not the store takes it. */
  addDraft(draft: Draft): void;
  /** Labels come with the batch that the store makes of a draft. */
  addLabels(batch: Pick<GateBatchBody, 'endpoint' | 'index' | 'labels'>): void;
  /** Forgets endpoints that are gone, and versions that neither run nor have a part in the route. */
  keepOnly(endpoints: readonly Kept[]): void;
  readonly totals: Totals;
}

/** An endpoint that there is still. */
export interface Kept {
  readonly endpoint: string;
  readonly versions: readonly string[];
}

const GAMMA = (1 + LATENCY_ACCURACY) / (1 - LATENCY_ACCURACY);

export function createTotalling(): Totalling {
  const totals: Record<string, EndpointTotals> = {};
  const endpointOf = (name: string) => (totals[name] ??= { lost: 0, versions: {} });
  const versionOf = (endpoint: string, key: string) => (endpointOf(endpoint).versions[key] ??= nothing());
  return {
    addDraft({ endpoint, arms, pairs, lost }) {
      endpointOf(endpoint).lost += lost;
      for (const arm of arms) addArm(versionOf(endpoint, arm.version), arm);
      for (const pair of pairs) addPair(versionOf(endpoint, pair.version).pairs, pair);
    },
    addLabels({ endpoint, index, labels }) {
      for (const { version, n, correct, revision = index } of labels) {
        // A row that an earlier batch has told of already.
        if (revision !== index) continue;
        const sums = versionOf(endpoint, version);
        sums.labels += n;
        sums.labelsCorrect += correct;
      }
    },
    keepOnly(endpoints) {
      const kept = new Map(endpoints.map(({ endpoint, versions }) => [endpoint, versions]));
      for (const [name, { versions }] of Object.entries(totals)) {
        const own = kept.get(name);
        if (!own) delete totals[name];
        else for (const key of Object.keys(versions)) if (!own.includes(key)) delete versions[key];
      }
    },
    totals,
  };
}

function addArm(sums: VersionTotals, arm: ArmCounts): void {
  const { n, errors, timeouts, rejected, latency, firstToken = [], tokens } = arm;
  sums.ok += n - errors - rejected;
  sums.rejected += rejected;
  sums.error += errors - timeouts;
  sums.timeout += timeouts;
  sums.durationSeconds += addLatencies(sums.durations, latency);
  sums.firstTokenSeconds += addLatencies(sums.firstTokens, firstToken);
  if (!tokens) return;
  sums.tokens.answers += tokens.answers;
  sums.tokens.input += tokens.input;
  sums.tokens.output += tokens.output;
}

/** Returns their sum in seconds. */
function addLatencies(durations: number[], latency: LatencySketch): number {
  let seconds = 0;
  for (const [index, count] of latency) {
    const upperSeconds = GAMMA ** index / 1000;
    const found = DURATION_BOUNDS.findIndex((bound) => upperSeconds <= bound);
    const bucket = found < 0 ? DURATION_BOUNDS.length : found;
    durations[bucket] = (durations[bucket] ?? 0) + count;
    // The value within the bucket whose relative error is least.
    seconds += count * ((2 * upperSeconds) / (GAMMA + 1));
  }
  return seconds;
}

function addPair(all: VersionTotals['pairs'], pair: PairCounts): void {
  const sums = (all[pair.against] ??= {
    agree: 0,
    disagree: 0,
    only_served_failed: 0,
    only_mirrored_failed: 0,
    unpaired: 0,
  });
  sums.agree += pair.n - pair.disagree;
  sums.disagree += pair.disagree;
  sums.only_served_failed += pair.onlyAgainstFailed;
  sums.only_mirrored_failed += pair.onlyVersionFailed;
  sums.unpaired += pair.unpaired;
}

function nothing(): VersionTotals {
  const counts = { ok: 0, rejected: 0, error: 0, timeout: 0, labels: 0, labelsCorrect: 0 };
  const none = () => Array<number>(DURATION_BOUNDS.length + 1).fill(0);
  const times = { durations: none(), durationSeconds: 0, firstTokens: none(), firstTokenSeconds: 0 };
  return { ...counts, ...times, tokens: { answers: 0, input: 0, output: 0 }, pairs: {} };
}
