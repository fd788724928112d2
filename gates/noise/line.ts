import type { LnLikelihood } from '../likelihood.ts';
import { LEVELS, NOISE_MODELS, WANDERINGS, WIDEST, jitterPoints } from './models.ts';
import { clamp, exp } from '../numeric.ts';

/** One explanation of a metric's batches: an effect of the candidate, on top of whatever noise there is. */
export interface Line {
  /** Effects that are equally likely in every batch; `[0]` where there is none. */
  readonly effect: readonly number[];
  /** How many times as often the candidate has bursts as stable has: 1 where the model has no part in them. */
  readonly fits: number;
}

/** How likely a batch is under one line: when calm, under each noise model; in a burst of either arm, at each level. */
export interface Likelihoods {
  /** Logarithm of what the others were divided by. */
  readonly scale: number;
  readonly calm: readonly number[];
  /** At each point of a noise model that wanders; empty for others. */
  readonly wandering: readonly (readonly number[])[];
  readonly up: readonly number[];
  readonly down: readonly number[];
}

const CALM = NOISE_MODELS.map(({ jitter }) => jitterPoints(jitter));

export function likelihoodsOf({ effect }: Line, of: LnLikelihood): Likelihoods {
  const at = (shift: number): number => of(clamp(shift, -WIDEST, WIDEST));
  const calm = CALM.map((points) => points.map(({ by }) => effect.map((each) => at(each + by))));
  // In a burst its own two points do for both, or a line with an effect would fit better for being vaguer.
  const middle = effect.reduce((sum, each) => sum + each, 0) / effect.length;
  const wandering = NOISE_MODELS.map(({ wander }) =>
    wander > 0 ? WANDERINGS.map((steps) => effect.map((each) => at(each + steps * wander))) : [],
  );
  const up = LEVELS.map((level) => level.map((by) => at(middle + by)));
  const down = LEVELS.map((level) => level.map((by) => at(middle - by)));
  const scale = Math.max(...calm.flat(2), ...wandering.flat(2), ...up.flat(), ...down.flat());
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + exp(value - scale), 0) / values.length;
  return {
    scale,
    calm: CALM.map((points, model) =>
      points.reduce((sum, { share }, i) => sum + share * mean(calm[model]?.[i] ?? []), 0),
    ),
    wandering: wandering.map((points) => points.map(mean)),
    up: up.map(mean),
    down: down.map(mean),
  };
}
