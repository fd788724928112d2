import type { Belief, NoisePrior } from '../../../gates/noise/belief.ts';
import { LEVELS, NOISE_MODELS, WANDERED, WANDERINGS, jitterPoints } from '../../../gates/noise/models.ts';
import { ratesOf, unpackHabits } from '../../../gates/noise/habits.ts';

/**
 * The law of harmless candidates, written out state by state as a plain Markov chain, and apart from the gate's own code:
 * what the gate's null hypothesis says that batches look like.
 */
export interface State {
  readonly weight: number;
  /** Log odds ratios that are possible in it, with their chances. */
  readonly shifts: readonly { readonly by: number; readonly share: number }[];
  readonly model: number;
  readonly kind: 'calm' | 'up' | 'down' | 'point';
  readonly level: number;
}

const evenly = (points: readonly number[], sign: number) =>
  points.map((by) => ({ by: sign * by, share: 1 / points.length }));

/** Its states before the first batch. */
export function before({ models, habits }: NoisePrior): State[] {
  const { start, stay, levels } = ratesOf(habits);
  return NOISE_MODELS.flatMap(({ jitter, bursts, wander }, model): State[] => {
    const share = models[model] ?? 0;
    if (wander > 0)
      return WANDERINGS.map((steps, level) => ({
        weight: share * (WANDERED[level] ?? 0),
        shifts: [{ by: steps * wander, share: 1 }],
        model,
        kind: 'point',
        level,
      }));
    const bursting = bursts ? (2 * start) / (1 - stay + 2 * start * stay) : 0;
    const calm: State = { weight: share * (1 - bursting), shifts: jitterPoints(jitter), model, kind: 'calm', level: 0 };
    if (!bursts) return [calm];
    const inBurst = (['up', 'down'] as const).flatMap((kind) =>
      LEVELS.map((points, level): State => {
        const weight = (share * bursting * (levels[level] ?? 0)) / 2;
        return { weight, shifts: evenly(points, kind === 'up' ? 1 : -1), model, kind, level };
      }),
    );
    return [calm, ...inBurst];
  });
}

/** The states as they are in the next batch, before anything is heard of it. */
export function moved(states: readonly State[], { habits }: Pick<Belief, 'habits'>): State[] {
  const rates = ratesOf(unpackHabits(habits));
  return states.map((to) => ({
    ...to,
    weight: states.reduce((sum, from) => sum + from.weight * chance(from, to, rates), 0),
  }));
}

function chance(from: State, to: State, { start, stay, levels }: ReturnType<typeof ratesOf>): number {
  if (from.model !== to.model) return 0;
  if (from.kind === 'point') {
    // Ehrenfest's urn of four balls, one of which is moved in 60 % of the batches.
    if (to.level === from.level) return 0.4;
    if (to.level === from.level + 1) return 0.6 * ((4 - from.level) / 4);
    return to.level === from.level - 1 ? 0.6 * (from.level / 4) : 0;
  }
  if (!NOISE_MODELS[from.model]?.bursts) return 1;
  const free = from.kind === 'calm' ? 1 : 1 - stay;
  if (to.kind === 'calm') return free * (1 - 2 * start);
  const same = from.kind === to.kind && from.level === to.level;
  return free * start * (levels[to.level] ?? 0) + (same ? stay : 0);
}

/** Chances of 0, 1, … bad ones of the candidate's, of `bad` in all, and the states that each leaves behind. */
export function outcomes(
  states: readonly State[],
  { candidate, stable, bad }: { readonly candidate: number; readonly stable: number; readonly bad: number },
): { readonly k: number; readonly chance: number; readonly after: State[] }[] {
  const most = Math.min(candidate, bad);
  const possible = Array.from({ length: most + 1 }, (_, k) => k).filter((k) => bad - k <= stable);
  const laws = states.map(({ shifts }) =>
    shifts.map(({ by, share }) => {
      const terms = possible.map((k) => choose(candidate, k) * choose(stable, bad - k) * Math.exp(by * k));
      const all = terms.reduce((sum, term) => sum + term, 0);
      return terms.map((term) => (share * term) / all);
    }),
  );
  return possible.map((k, i) => {
    const after = states.map((state, s) => ({
      ...state,
      weight: state.weight * (laws[s] ?? []).reduce((sum, law) => sum + (law[i] ?? 0), 0),
    }));
    const total = after.reduce((sum, { weight }) => sum + weight, 0);
    return { k, chance: total, after: after.map((state) => ({ ...state, weight: state.weight / total })) };
  });
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i += 1) product = (product * (n - k + i)) / i;
  return product;
}
