import { type Bins, binCount, binOf, binsOf, type Value } from './bins.ts';

/** What is normal of what a version is asked and what it answers, as its validation set showed it. */
export interface Profile {
  readonly format: 1;
  /** The data set, its hash, and the rows of it that were counted. */
  readonly source: string;
  readonly sha256: string;
  readonly rows: number;
  /** Names of the inputs in their order, by which a request without names is read. */
  readonly columns: readonly string[];
  readonly inputs: Readonly<Record<string, FeatureProfile>>;
  readonly outputs: Readonly<Record<string, FeatureProfile>>;
}

/**
 * What is normal of one feature.
 *
 * Numbers have equally filled bins between the least and the most that was seen, with a tenth of the way to spare, and one
 * bin beyond either end, which is empty here. The counts are those of the bins, missing values included.
 */
export interface FeatureProfile {
  readonly bins: Bins;
  readonly counts: readonly number[];
  readonly type: 'whole' | 'number' | 'text' | 'boolean';
  /** Least and most number; `null` of what is no number. */
  readonly range: readonly [least: number, most: number] | null;
}

/** A profile and the digest that the ledger and every batch counted by it name it by. */
export interface NamedProfile {
  readonly digest: string;
  readonly profile: Profile;
}

/** What is wrong with a value, held against its feature's profile. */
export type Fault = 'missing' | 'type' | 'range' | 'category';

/** Most features of a profile: each costs about fifty bytes of every gate batch. */
export const MOST_PROFILED = 24;
/** Values of a feature that its bins are made from at most. */
export const PROFILE_SAMPLE = 10_000;
/** A text of which so many are different is an id or a document. */
const MOST_DIFFERENT = 0.5;
/** Beyond the range by this share of it, a number is out of range: a sample rarely holds the extremes of its distribution. */
const SPARE = 0.1;

/** Bins for a feature, from a sample of its values and its range over all of them; `null` where it is no feature. */
export function profileBins(
  sample: readonly (Value | null)[],
  range: FeatureProfile['range'],
): { readonly bins: Bins; readonly type: FeatureProfile['type'] } | null {
  const present = sample.filter((value) => value !== null);
  const numbers = present.filter((value) => typeof value === 'number');
  const isText = numbers.length < present.length;
  if (isText && new Set(present).size > Math.max(2, MOST_DIFFERENT * present.length)) return null;
  const bins = binsOf(sample);
  if (bins === null) return null;
  const type = isText ? (present.every((value) => typeof value === 'boolean') ? 'boolean' : 'text') : typeOf(numbers);
  if (bins.kind === 'categories' || range === null) return { bins, type };
  const spare = SPARE * (range[1] - range[0]);
  return { bins: { kind: 'numbers', edges: [range[0] - spare, ...bins.edges, range[1] + spare] }, type };
}

function typeOf(numbers: readonly number[]): 'whole' | 'number' {
  return numbers.every(Number.isInteger) ? 'whole' : 'number';
}

const KINDS = { whole: 'number', number: 'number', text: 'string', boolean: 'boolean' } as const;

/** What is wrong with a value that falls into this bin; `null` of one as the profile knows them. */
export function faultOf({ bins, counts, type }: FeatureProfile, value: Value | null, bin: number): Fault | null {
  if (value === null) return 'missing';
  if (bins.kind === 'numbers') {
    if (typeof value !== 'number' || (type === 'whole' && !Number.isInteger(value))) return 'type';
    return bin === 0 || bin === bins.edges.length ? 'range' : null;
  }
  const rest = bins.values.length + 1;
  if (bin !== rest) return null;
  if (typeof value !== KINDS[type]) return 'type';
  // Where the rest was common already, one more of it is nothing new.
  return counts[rest] === 0 ? 'category' : null;
}

/** Share of a feature's values that had the fault in the profile itself: only missing ones can. */
export function usualShare({ bins, counts }: FeatureProfile, fault: Fault): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const missing = bins.kind === 'numbers' ? bins.edges.length + 1 : bins.values.length;
  return fault === 'missing' && n > 0 ? (counts[missing] ?? 0) / n : 0;
}

/** Counts a value; returns its bin. */
export function countInto(counts: number[], bins: Bins, value: Value | null): number {
  const bin = binOf(bins, value);
  counts[bin] = (counts[bin] ?? 0) + 1;
  return bin;
}

export function noCounts(bins: Bins): number[] {
  return new Array<number>(binCount(bins)).fill(0);
}

/**
 * The features whose drift would show best, in their order: those that are spread most evenly over their bins, as the chance
 * that two values fall into different ones tells (Gini 1912, Simpson 1949).
 */
export function mostTelling(features: Readonly<Record<string, FeatureProfile>>): Record<string, FeatureProfile> {
  const ranked = Object.entries(features)
    .map(([name, feature], place) => ({ name, feature, place, spread: spreadOf(feature.counts) }))
    .sort((a, b) => b.spread - a.spread || a.place - b.place);
  const kept = ranked.slice(0, MOST_PROFILED).sort((a, b) => a.place - b.place);
  return Object.fromEntries(kept.map(({ name, feature }) => [name, feature]));
}

function spreadOf(counts: readonly number[]): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const same = counts.reduce((sum, count) => sum + (count / n) * (count / n), 0);
  // Numbers in ten bins are all as even as can be, but for rounding.
  return Math.round((1 - same) * 100) / 100;
}
