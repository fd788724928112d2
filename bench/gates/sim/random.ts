const TWO_32 = 2 ** 32;

/** A fast seeded generator (sfc32 of PractRand, period about 2^128): the same words give the same stream. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;
  #spare = NaN;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let i = 0; i < 15; i += 1) this.uniform();
  }

  /** Uniform over (0, 1), never either end. */
  uniform(): number {
    const x = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + x) | 0;
    return ((x >>> 0) + 0.5) / TWO_32;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = NaN;
      return spare;
    }
    let x: number, y: number, s: number;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      s = x * x + y * y;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spare = y * scale;
    return x * scale;
  }

  /** How many of `n` trials of chance `p` succeed; exact, by skipping from success to success (Devroye 1986, X.4.3). */
  binomial(n: number, p: number): number {
    if (n === 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - this.binomial(n, 1 - p);
    const lnFail = Math.log1p(-p);
    let count = -1;
    let at = 0;
    do {
      at += Math.floor(Math.log(this.uniform()) / lnFail) + 1;
      count += 1;
    } while (at <= n);
    return count;
  }

  /** A count of mean `mean`: Poisson, beyond 100 by its normal limit (the volume of traffic needs no exact tail). */
  poisson(mean: number): number {
    if (mean > 100) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > floor; product *= this.uniform()) count += 1;
    return count;
  }
}

/** The generator of one run: its stream depends on these three alone, not on what ran before. */
export function randomOf(seed: number, name: string, run: number): Random {
  return new Random(seed ^ Math.floor(seed / TWO_32), hash(name), run);
}

/** FNV-1a over the characters. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h;
}
