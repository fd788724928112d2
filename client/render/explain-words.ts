import { formatCount, formatShare } from './numbers.ts';

/** Weaker evidence than this is what most harmless rollouts show. */
const WORTH_SAYING = 2;

/**
 * How rare evidence this strong is where there is nothing to find: by Ville's inequality an e-value is ever reached with a
 * probability of at most one over it. `null` where it is too weak to speak of.
 *
 * @example
 * oneIn(2431); // '1 in 2,400'
 */
export function oneIn(eValue: number): string | null {
  if (!(eValue >= WORTH_SAYING)) return null;
  // Rounded down, since the promise is "at most".
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(eValue)) - 1);
  return eValue >= 1e6 ? '1 in a million' : `1 in ${formatCount(Math.floor(eValue / scale) * scale)}`;
}

/** A limit on evidence in the same words. */
export function limitInWords(eValue: number): string {
  return `1 in ${formatCount(eValue)}`;
}

/** A difference of shares: `+1.2 points`. */
export function points(difference: number): string {
  const text = signed(difference);
  return `${text} ${/^[+-]?1$/.test(text) ? 'point' : 'points'}`;
}

/** `between +0.3 and +2.1 points`. */
export function pointsBetween(low: number, high: number): string {
  return `between ${signed(low)} and ${signed(high)} points`;
}

/** A ratio of latencies minus one: `25 % slower`, `3.1 times as long`. */
export function slower(excess: number): string {
  if (excess >= 1) return `${Number((1 + excess).toPrecision(2))} times as long`;
  return `${formatShare(Math.abs(excess))} ${excess < 0 ? 'faster' : 'slower'}`;
}

/** A ratio of anything but latencies minus one: `25 % more`, `3.1 times as much`. */
export function more(excess: number): string {
  if (excess >= 1) return `${Number((1 + excess).toPrecision(2))} times as much`;
  return `${formatShare(Math.abs(excess))} ${excess < 0 ? 'less' : 'more'}`;
}

/** Bounds beyond these stand for not knowing any. */
const UNBOUNDED = { low: -0.999, high: 99 };

/** `between 12 % slower and 3.1 times as long`; with one bound alone `at least 12 % slower`. */
export function slowerBetween(low: number, high: number): string {
  return between(low, high, slower);
}

/** `between 12 % less and 3.1 times as much`. */
export function moreBetween(low: number, high: number): string {
  return between(low, high, more);
}

function between(low: number, high: number, words: (excess: number) => string): string {
  const [from, to] = [low > UNBOUNDED.low, high < UNBOUNDED.high];
  if (from && to) return `between ${words(low)} and ${words(high)}`;
  if (from) return low < 0 ? `not more than ${words(low)}` : `at least ${words(low)}`;
  if (to) return high < 0 ? `at least ${words(high)}` : `not more than ${words(high)}`;
  return 'too little was seen to bound it';
}

/** A number that is an estimate, with two digits: `about 1,900`. */
export function about(count: number): string {
  return `about ${formatCount(Number(count.toPrecision(2)))}`;
}

const UNITS = [
  ['days', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A length of time that is an estimate, no finer than it can be: `about 6 min`, `about 1.5 h`. */
export function aboutTime(milliseconds: number): string {
  const [unit, length] = UNITS.find(([, ms]) => milliseconds >= 1.5 * ms) ?? (['s', 1_000] as const);
  const count = milliseconds / length;
  return `about ${count < 3 ? Number(count.toPrecision(2)) : Math.round(count)} ${unit}`;
}

function signed(share: number): string {
  const text = formatShare(share).replace(' %', '');
  return share > 0 ? `+${text}` : text;
}
