import erfcinv from '@stdlib/math-base-special-erfcinv';

/** What the standard normal distribution exceeds with the chance `tail`. */
export function exceeded(tail: number): number {
  return Math.SQRT2 * erfcinv(2 * tail);
}
