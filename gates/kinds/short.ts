/** Nine digits are more than a guess of a scatter deserves, and keep the state small. */
export function short(x: number): number {
  return Number(x.toPrecision(9));
}
