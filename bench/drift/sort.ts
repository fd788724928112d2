const BITS = 11;
const BUCKETS = 1 << BITS;
const MASK = BUCKETS - 1;

/** Sorts numbers upwards, in their own place and one spare array of the same length: radix sort of their bits, no NaN. */
export function sortNumbers(values: Float64Array, spare: Float64Array): Float64Array {
  const n = values.length;
  let [from, to] = [new Uint32Array(values.buffer, 0, 2 * n), new Uint32Array(spare.buffer, 0, 2 * n)];
  turn(from, n, true);
  const counts = new Uint32Array(BUCKETS);
  for (let shift = 0; shift < 64; shift += BITS) {
    counts.fill(0);
    for (let i = 0; i < 2 * n; i += 2) counts[digit(from[i]!, from[i + 1]!, shift)]! += 1;
    if (counts.includes(n)) continue;
    let place = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const count = counts[bucket]!;
      counts[bucket] = place;
      place += count;
    }
    for (let i = 0; i < 2 * n; i += 2) {
      const [low, high] = [from[i]!, from[i + 1]!];
      const at = 2 * counts[digit(low, high, shift)]!++;
      to[at] = low;
      to[at + 1] = high;
    }
    [from, to] = [to, from];
  }
  turn(from, n, false);
  return new Float64Array(from.buffer, 0, n);
}

function digit(low: number, high: number, shift: number): number {
  if (shift >= 32) return (high >>> (shift - 32)) & MASK;
  if (shift + BITS <= 32) return (low >>> shift) & MASK;
  return ((low >>> shift) | (high << (32 - shift))) & MASK;
}

/** Turns the bits of numbers into whole numbers of the same order, and back. */
function turn(words: Uint32Array, n: number, there: boolean): void {
  for (let i = 0; i < 2 * n; i += 2) {
    const high = words[i + 1]!;
    const isNegative = there ? high >>> 31 === 1 : high >>> 31 === 0;
    words[i + 1] = isNegative ? ~high : high ^ 0x8000_0000;
    if (isNegative) words[i] = ~words[i]!;
  }
}
