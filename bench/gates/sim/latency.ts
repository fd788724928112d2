import type { Random } from './random.ts';

/** How long requests take on a quiet endpoint; milliseconds. */
export type LatencyShape =
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  /** Survival `(least / x)^tail`: of infinite variance up to a tail of 2. */
  | { readonly kind: 'pareto'; readonly least: number; readonly tail: number }
  /** Most answers from a cache, the share `slowShare` not; both lognormal. */
  | {
      readonly kind: 'bimodal';
      readonly fast: number;
      readonly slow: number;
      readonly slowShare: number;
      readonly sigma: number;
    };

/** What a bad candidate does to latency beside a constant factor. */
export interface LatencyFault {
  /** A share of the requests, at random, takes `factor` times as long. */
  readonly tail?: { readonly share: number; readonly factor: number };
  /** Whatever takes longer than `above` milliseconds takes `factor` times as long. */
  readonly stretch?: { readonly above: number; readonly factor: number };
  /** The slow mode's share becomes this. */
  readonly slowShare?: number;
}

/** Appends `n` latencies of the shape, all times `factor`, to `into`. */
export function drawLatencies(
  into: number[],
  n: number,
  shape: LatencyShape,
  factor: number,
  random: Random,
  fault: LatencyFault = {},
): void {
  const { tail, stretch } = fault;
  const draw = sampler(shape, random, fault.slowShare);
  for (let i = 0; i < n; i += 1) {
    let x = draw();
    if (stretch && x > stretch.above) x *= stretch.factor;
    if (tail && random.uniform() < tail.share) x *= tail.factor;
    into.push(x * factor);
  }
}

function sampler(shape: LatencyShape, random: Random, slowShare?: number): () => number {
  switch (shape.kind) {
    case 'lognormal': {
      const mu = Math.log(shape.median);
      return () => Math.exp(mu + shape.sigma * random.normal());
    }
    case 'pareto':
      return () => shape.least * random.uniform() ** (-1 / shape.tail);
    case 'bimodal': {
      const share = slowShare ?? shape.slowShare;
      const [fast, slow] = [Math.log(shape.fast), Math.log(shape.slow)];
      return () => Math.exp((random.uniform() < share ? slow : fast) + shape.sigma * random.normal());
    }
  }
}
