/**
 * What else moves an arm besides its model: the noise of a pod, a node or a cache, which no randomisation of requests can
 * cancel, and which a test that ignores it takes for a fault.
 *
 * Which of these is true is not assumed but learnt: each explains the batches as well as it can (see belief.ts).
 */
export interface NoiseModel {
  /** Weight before anything was seen. */
  readonly prior: number;
  /** Standard deviation of the difference of the arms' log odds from batch to batch. */
  readonly jitter: number;
  /** Whether arms are in bursts at times: of either, from batch to batch a Markov chain of calm and burst. */
  readonly bursts: boolean;
  /** Distance of the points among which the difference wanders; 0 where it does not. */
  readonly wander: number;
}

const STILL = { jitter: 0, bursts: false, wander: 0 };

export const NOISE_MODELS: readonly NoiseModel[] = [
  { ...STILL, prior: 0.25 },
  { ...STILL, prior: 0.1, jitter: 0.2 },
  { ...STILL, prior: 0.05, jitter: 0.5 },
  { ...STILL, prior: 0.5, bursts: true },
  { ...STILL, prior: 0.1, wander: 0.3 },
];

/**
 * The points among which a wandering difference moves, in units of their distance, and how: Ehrenfest's urn (1907), a random
 * walk with a pull to the middle, which is binomial in the long run and so the nearest thing to an AR(1) series.
 */
export const WANDERINGS = [-2, -1, 0, 1, 2] as const;
/** Chance to move in a batch; its autocorrelation is 1 − MOVES/2. */
const MOVES = 0.6;

export function wandered(weights: readonly number[]): number[] {
  const last = WANDERINGS.length - 1;
  return weights.map((weight, i) => {
    const up = (weights[i - 1] ?? 0) * MOVES * ((last - (i - 1)) / last);
    const down = (weights[i + 1] ?? 0) * MOVES * ((i + 1) / last);
    return weight * (1 - MOVES) + up + down;
  });
}

/** Its law in the long run. */
export const WANDERED = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16];

/**
 * Levels at which bursts, and faults, shift the log odds: each two points that are equally likely in every batch.
 *
 * Bursts and faults have the same ones, so that it is only how long they last and how often they come that tells them apart.
 */
export const LEVELS: readonly (readonly number[])[] = [
  [0.25, 0.45],
  [0.55, 0.85],
  [1, 1.6],
  [2, 3.2],
  [4, 5.6],
];

/** Beyond this a shift makes no difference any more: of the shifted arm hardly a request is good, or bad. */
export const WIDEST = 5.6;

/** Gauss–Hermite points and weights of a normal variable of deviation `jitter`: exact up to its fifth moment. */
export function jitterPoints(jitter: number): readonly { readonly by: number; readonly share: number }[] {
  if (jitter === 0) return [{ by: 0, share: 1 }];
  const far = jitter * 1.7320508075688772;
  return [
    { by: -far, share: 1 / 6 },
    { by: 0, share: 2 / 3 },
    { by: far, share: 1 / 6 },
  ];
}
