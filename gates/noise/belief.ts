import type { NoiseShares } from '../../domain/gate-question.ts';
import type { Habits, NoiseKind, PackedHabits } from './habits.ts';
import type { Line } from './line.ts';
import type { LnLikelihood } from '../likelihood.ts';
import { NOISE_MODELS } from './models.ts';
import { USUAL_HABITS, addHabits, packHabits, ratesOf, unpackHabits } from './habits.ts';
import { WIDTH, freshRow } from './places.ts';
import { exp, ln } from '../numeric.ts';
import { forward } from './forward.ts';
import { likelihoodsOf } from './line.ts';
import { packWeights, unpackWeights } from './packed.ts';

/** How well each line explains the batches so far, under each kind of noise; plain data. */
export interface Belief {
  readonly batches: number;
  /** Rows of weights, the null hypothesis first; packed, empty before the first batch. */
  readonly weights: string;
  readonly habits: PackedHabits;
}

/** What was known of noise before the gate opened. */
export type NoisePrior = NoiseShares;

/** What is believed before any batch. */
export function usualNoise(kind: NoiseKind): NoisePrior {
  return { models: NOISE_MODELS.map(({ prior }) => prior), habits: USUAL_HABITS[kind] };
}

/** The null hypothesis and its alternatives, and how the stake is spread over these. */
export interface Lines {
  readonly none: Line;
  readonly faults: readonly (Line & { readonly share: number })[];
}

/**
 * The belief after one more batch; the part `stake` of the alternatives begins with it, so that a late fault is seen late.
 *
 * Every line is a mixture over noise models, and within one over calm and bursts: a hidden Markov model, exact by its forward
 * filter. The ratio of a mixture of alternatives to the null is then a likelihood ratio, whose chance of ever exceeding
 * 1/α is at most α (Ville 1939) for data from the null, its noise included; alternatives that begin late share in the stake
 * as in e-detectors (Shin, Ramdas, Rinaldo 2024). How often bursts come is learnt by what stable's arm shows, never by the
 * candidate's: its faults must not pass for habits.
 */
export function learn(
  belief: Belief | null,
  of: LnLikelihood,
  { none, faults }: Lines,
  { stake, prior }: { readonly stake: number; readonly prior: NoisePrior },
): Belief {
  const habits = belief ? unpackHabits(belief.habits) : prior.habits;
  const rates = ratesOf(habits);
  const before = belief ? unpackWeights(belief.weights) : freshRow(prior.models, rates);
  const nullRow = before.slice(0, WIDTH);
  const steps = [none, ...faults].map((line, i) => {
    const share = stake * (faults[i - 1]?.share ?? 0);
    const row = i === 0 ? nullRow : nullRow.map((weight, place) => (before[i * WIDTH + place] ?? 0) + share * weight);
    const likely = likelihoodsOf(line, of);
    return { scale: likely.scale, ...forward(row, likely, rates, line.fits) };
  });
  const top = Math.max(...steps.map(({ scale }) => scale));
  const weights = steps.flatMap(({ row, scale }) => row.map((weight) => weight * exp(scale - top)));
  const total = steps[0]?.row.reduce((sum, weight) => sum + weight, 0) ?? 0;
  const seen = steps[0]?.habits.down;
  return {
    batches: (belief?.batches ?? 0) + 1,
    weights: packWeights(weights),
    habits: packHabits(seen && total > 0 ? addHabits(habits, heeded(seen, habits), 1 / total) : habits),
  };
}

function heeded(seen: Habits, { heed = 1 }: Habits): Habits {
  return { ...seen, calm: seen.calm * heed };
}

/** Logarithm of how many times as well the alternatives explain the batches as the null does. */
export function lnOdds(belief: Belief | null): number {
  if (belief === null) return 0;
  let [none, faults] = [0, 0];
  unpackWeights(belief.weights).forEach((weight, i) => {
    if (i < WIDTH) none += weight;
    else faults += weight;
  });
  if (faults === 0) return -LEAST;
  return none === 0 ? LEAST : ln(faults) - ln(none);
}

/** Logarithm of an e-value that none is beyond: smaller weights are not kept. */
const LEAST = 20;
