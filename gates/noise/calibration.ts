import type { Belief, NoisePrior } from './belief.ts';
import type { Habits, NoiseKind } from './habits.ts';
import type { LnLikelihood } from '../likelihood.ts';
import { NOISE_MODELS } from './models.ts';
import { USUAL_HABITS, addHabits, packHabits, ratesOf, unpackHabits } from './habits.ts';
import { usualNoise } from './belief.ts';
import { freshRow, modelShares } from './places.ts';
import { exp, ln } from '../numeric.ts';
import { forward } from './forward.ts';
import { likelihoodsOf } from './line.ts';
import { packWeights, unpackWeights } from './packed.ts';

/** One replica of stable, compared with the others window by window: as a candidate that is certainly no worse. */
export interface Chain extends Belief {
  /** Logarithm of each noise model's likelihood of the windows so far. */
  readonly lnModels: readonly number[];
}

const NO_EFFECT = { effect: [0], fits: 1 };

/** The chain after one more window. */
export function watchReplica(chain: Chain | null, of: LnLikelihood, kind: NoiseKind): Chain {
  const habits = chain ? unpackHabits(chain.habits) : USUAL_HABITS[kind];
  const rates = ratesOf(habits);
  const row = chain
    ? unpackWeights(chain.weights)
    : freshRow(
        NOISE_MODELS.map(() => 1),
        rates,
      );
  const likely = likelihoodsOf(NO_EFFECT, of);
  const step = forward(row, likely, rates, 1);
  const total = step.row.reduce((sum, weight) => sum + weight, 0);
  const [was, is] = [modelShares(row), modelShares(step.row)];
  const all = was.reduce((sum, weight) => sum + weight, 0);
  // A model that is not kept any more stays as far behind as it was.
  const gained = (i: number): number => {
    const [from = 0, to = 0] = [was[i], is[i]];
    return from > 0 && to > 0 ? ln(to) - ln(from) : ln(Math.max(total, TINY)) - ln(all);
  };
  return {
    batches: (chain?.batches ?? 0) + 1,
    weights: packWeights(step.row),
    habits: packHabits(total > 0 ? addHabits(habits, step.habits.up, 1 / total) : habits),
    lnModels: NOISE_MODELS.map((_, i) => round((chain?.lnModels[i] ?? 0) + likely.scale + gained(i))),
  };
}

const TINY = 1e-300;
/** Stable's replicas may be quiet while the candidate's is not: what they taught counts less than half. */
const TRUST = 0.3;

const REPLICAS_HEED = 0.25;

/** What the replicas taught about noise. Their windows depend on each other: of R replicas R − 1 are free. */
export function noiseOf(chains: readonly Chain[], kind: NoiseKind): NoisePrior {
  if (chains.length === 0) return usualNoise(kind);
  const usual = USUAL_HABITS[kind];
  const free = chains.length === 1 ? 1 : (chains.length - 1) / chains.length;
  const lnModels = NOISE_MODELS.map(
    ({ prior }, i) => ln(prior) + free * chains.reduce((sum, { lnModels: each }) => sum + (each[i] ?? 0), 0),
  );
  const top = Math.max(...lnModels);
  const models = lnModels.map((each) => exp(each - top));
  const all = models.reduce((sum, each) => sum + each, 0);
  const habits = chains.reduce(
    (sum, chain) => addHabits(addHabits(sum, unpackHabits(chain.habits), TRUST), usual, -TRUST),
    usual as Habits,
  );
  const heed = chains.length > 1 ? { heed: REPLICAS_HEED } : {};
  return {
    models: models.map((each, i) => round((1 - DOUBT) * (each / all) + DOUBT * (NOISE_MODELS[i]?.prior ?? 0))),
    habits: { ...habits, ...heed },
  };
}

function round(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}

/** Share of what is believed without windows: none of it is ever ruled out. */
const DOUBT = 0.05;
