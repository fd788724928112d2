import type { Bins, Value } from '../../../domain/bins.ts';
import type { Fields } from './field-values.ts';
import { binCount, binOf, binsOf } from '../../../domain/bins.ts';

/** Features of requests, and of answers, that are counted at most: each costs about a hundred bytes of every batch and arm. */
export const MOST_FEATURES = 8;

/** A field that fewer requests of the sample have than this is an exception, and no feature. */
const LEAST_PRESENT = 0.5;
/** A text of which so many are different is an id or a document. */
const MOST_DIFFERENT = 0.5;

/**
 * The bins of the features whose drift would show best, by name in the order of the fields.
 *
 * Those are the ones whose values are spread most evenly over their bins (entropy, Shannon 1948): a field that is nearly
 * always the same cannot tell one distribution from another by much. Left out are ids, texts, counters and clocks, which are
 * new in every request and would drift for ever.
 */
export function chooseFeatures(sample: readonly Fields[]): Record<string, Bins> {
  const names = [...new Set(sample.flatMap((fields) => [...fields.keys()]))];
  const features = names.flatMap((name, place) => {
    const values = sample.map((fields) => fields.get(name) ?? null);
    const bins = isFeature(values) ? binsOf(values) : null;
    return bins ? [{ name, place, bins, spread: spreadOf(values, bins) }] : [];
  });
  const best = features.sort((a, b) => b.spread - a.spread || a.place - b.place);
  const chosen = best.slice(0, MOST_FEATURES).sort((a, b) => a.place - b.place);
  return Object.fromEntries(chosen.map(({ name, bins }) => [name, bins]));
}

function isFeature(values: readonly (Value | null)[]): boolean {
  const present = values.filter((value) => value !== null);
  if (present.length < LEAST_PRESENT * values.length) return false;
  const numbers = present.filter((value) => typeof value === 'number');
  if (numbers.length === present.length) return !onlyGrows(numbers);
  return new Set(present).size <= MOST_DIFFERENT * present.length;
}

/** As counters and clocks do: almost every value larger than the one before, or almost every one smaller. */
function onlyGrows(numbers: readonly number[]): boolean {
  const steps = numbers.slice(1).map((value, i) => value - (numbers[i] ?? 0));
  const rising = steps.filter((step) => step > 0).length;
  const falling = steps.filter((step) => step < 0).length;
  return steps.length > 0 && Math.max(rising, falling) > 0.9 * steps.length;
}

function spreadOf(values: readonly (Value | null)[], bins: Bins): number {
  const counts = new Array<number>(binCount(bins)).fill(0);
  for (const value of values) {
    const bin = binOf(bins, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const entropy = counts.reduce((sum, count) => {
    const share = count / values.length;
    return share > 0 ? sum - share * Math.log(share) : sum;
  }, 0);
  // Numbers in ten bins are all as even as can be, but for rounding.
  return Math.round(entropy * 100) / 100;
}
