import type { BinCounts } from '../../domain/gate-batch.ts';
import type { Bins } from './measures.ts';
import { STRIDES, guess } from './bets.ts';
import { clamp, floorShort, ln, lnAdd, lnWeightedSum } from '../numeric.ts';
import { eBh } from './e-bh.ts';
import { excessPsi, total } from './measures.ts';
import { nearestNormal, referenceRadius } from './reference.ts';
import { remembered } from './feature.ts';

/** What is remembered of a feature that is watched for ever: recent counts, and the logarithm of each bet's evidence. */
export interface WatchedFeature {
  readonly recent: Bins;
  readonly lines: readonly number[];
}

/** By feature; about 80 bytes each. */
export type DriftWatch = Readonly<Record<string, WatchedFeature>>;

export interface DriftLimits {
  /** Mean number of windows until the first false alarm of any feature, at least. */
  readonly runLength: number;
  /** Index above chance from which on a certain difference is large enough to be told. */
  readonly large: number;
  /** Design effect of requests that belong together, at least 1. */
  readonly users: number;
}

export interface Drifted {
  readonly name: string;
  /** Population stability index above chance, of recent counts. */
  readonly psi: number;
}

/** Chance that the reference sample is so odd that the run length does not hold. */
const ODD_REFERENCE = 0.01;
/** Observations after which recent counts are halved. */
const RECENT = 2_000;
/** Evidence beyond this is no use, and would take as long to fade as it took to gather. */
const MOST_LN = 30;

/**
 * Watches features against their reference without an end; pure. Windows are sums of counts: in which order a window's
 * requests came does not matter.
 *
 * Each feature has a Shiryaev–Roberts e-detector, `M_t = e_t (M_{t−1} + 1)`, of bets on what earlier windows showed, against
 * all distributions that the reference may be a sample of. e-BH at 1/A over the detectors finds nothing unless their mean
 * reaches A, which takes A windows on average without drift, whatever ties the features (Shin, Ramdas, Rinaldo 2024; Wang
 * and Ramdas 2022). Drifted is what is certain in this way, and large; seen is everything that there was anything of.
 */
export function watchDrift(
  before: DriftWatch,
  window: BinCounts,
  reference: BinCounts,
  limits: DriftLimits,
): { readonly state: DriftWatch; readonly drifted: readonly Drifted[]; readonly seen: readonly Drifted[] } {
  const names = Object.keys(reference).sort();
  const watched = names.map((name) => {
    const normal = reference[name] ?? [];
    const radius = referenceRadius(normal, ODD_REFERENCE / names.length);
    const feature = watchFeature(before[name], window[name] ?? [], { normal, radius, users: limits.users });
    return { name, feature, psi: excessPsi(feature.recent, normal) };
  });
  const certain = eBh(
    watched.map(({ feature }) => evidence(feature)),
    1 / limits.runLength,
  );
  return {
    state: Object.fromEntries(watched.map(({ name, feature }) => [name, feature])),
    drifted: watched
      .filter(({ psi }, i) => psi >= limits.large && certain.includes(i))
      .map(({ name, psi }) => ({ name, psi })),
    seen: watched.filter(({ feature }) => total(feature.recent) > 0).map(({ name, psi }) => ({ name, psi })),
  };
}

function watchFeature(
  before: WatchedFeature | undefined,
  now: Bins,
  { normal, radius, users }: { readonly normal: Bins; readonly radius: number; readonly users: number },
): WatchedFeature {
  const empty = normal.map(() => 0);
  const known = before?.recent.length === normal.length ? before : { recent: empty, lines: [] };
  if (now.length !== normal.length || total(now) === 0) return known;
  const lnEs = bets(now, known.recent, normal, radius);
  const lines = lnEs.map((lnE, i) => {
    const line = known.lines[i];
    return floorShort(clamp((line === undefined ? 0 : lnAdd(line, 0)) + lnE / users, -MOST_LN, MOST_LN));
  });
  return { recent: remembered(known.recent, now, RECENT), lines };
}

/** Logarithms of the e-values of a window against "within the radius around the reference", a bet for each stride. */
export function bets(now: Bins, earlier: Bins, reference: Bins, radius: number): number[] {
  const n = total(reference);
  const normal = reference.map((count) => count / n);
  // Where the reference has none, a guess still needs a little.
  const smooth = reference.map((count) => (count + 0.5) / (n + reference.length / 2));
  const seen = guess(earlier, smooth);
  return STRIDES.map((stride) => {
    const guessed = smooth.map((share, i) => share + stride * ((seen[i] ?? 0) - share));
    const nearest = nearestNormal(guessed, normal, radius);
    return guessed.reduce((lnE, share, i) => lnE + (now[i] ?? 0) * ln(share / (nearest[i] ?? 1)), 0);
  });
}

function evidence({ lines }: WatchedFeature): number {
  if (lines.length === 0) return -MOST_LN;
  return lnWeightedSum(
    lines.map(() => 1 / lines.length),
    lines,
  );
}
