import { fraction } from './fraction.ts';

/** What a field of a request or an answer may hold and be counted by; everything else counts as missing. */
export type Value = string | number | boolean;

/**
 * How the values of one feature are counted, fixed once for an endpoint.
 *
 * `numbers`: bins (…, e₁], (e₁, e₂], …, (eₖ, …), and one for missing values. `categories`: one for each, one for missing
 * values, and one for the rest.
 */
export type Bins =
  | { readonly kind: 'numbers'; readonly edges: readonly number[] }
  | { readonly kind: 'categories'; readonly values: readonly string[] };

/** Most bins of a feature, besides those for missing values and for the rest. */
export const MOST_BINS = 10;

/** Bins of about equally many of a sample's values; `null` where it holds none. */
export function binsOf(sample: readonly (Value | null)[]): Bins | null {
  const values = sample.filter((value) => value !== null);
  if (values.length === 0) return null;
  const counts = new Map<string, number>();
  for (const value of values) counts.set(categoryOf(value), (counts.get(categoryOf(value)) ?? 0) + 1);
  const numbers = values.filter((value) => typeof value === 'number');
  // Few different numbers are classes, or counts of little.
  if (numbers.length * 2 > values.length && counts.size > MOST_BINS)
    return { kind: 'numbers', edges: quantiles(numbers) };
  const commonest = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return { kind: 'categories', values: commonest.slice(0, MOST_BINS).map(([category]) => category) };
}

export function binCount(bins: Bins): number {
  return bins.kind === 'numbers' ? bins.edges.length + 2 : bins.values.length + 2;
}

/** Which bin a value falls into; a value of another type than the sample's counts as missing. */
export function binOf(bins: Bins, value: Value | null): number {
  if (bins.kind === 'categories') {
    const { values } = bins;
    if (value === null) return values.length;
    const known = values.indexOf(categoryOf(value));
    return known < 0 ? values.length + 1 : known;
  }
  const { edges } = bins;
  if (typeof value !== 'number') return edges.length + 1;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Texts are kept as hashes only: what users sent has no place in a file that outlives retention. */
function categoryOf(value: Value): string {
  return typeof value === 'string' ? `#${Math.floor(fraction(value) * 2 ** 32).toString(16)}` : String(value);
}

function quantiles(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b);
  const edges = Array.from({ length: MOST_BINS - 1 }, (_, i) => {
    return sorted[Math.ceil(((i + 1) / MOST_BINS) * sorted.length) - 1] ?? 0;
  });
  // The largest value as an edge would leave the last bin to values that were never seen.
  return [...new Set(edges)].filter((edge) => edge < (sorted.at(-1) ?? 0));
}
