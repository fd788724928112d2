import type { Habits, Rates } from './habits.ts';
import type { Likelihoods } from './line.ts';
import { LEVELS, NOISE_MODELS, WANDERINGS, wandered } from './models.ts';
import { PLACES, WIDTH } from './places.ts';

/** A row after one more batch, and what it tells about the bursts of one arm, in the row's own scale. */
export interface Step {
  readonly row: readonly number[];
  readonly habits: Record<'up' | 'down', Habits>;
}

/** The forward step of a hidden Markov model (Rabiner 1989) for each noise model of a row. */
export function forward(row: readonly number[], likely: Likelihoods, rates: Rates, fits: number): Step {
  const after = new Array<number>(WIDTH).fill(0);
  const habits = { up: noHabits(), down: noHabits() };
  NOISE_MODELS.forEach(({ bursts, wander }, model) => {
    const place = PLACES[model];
    if (!place) return;
    if (wander > 0) {
      const points = wandered(row.slice(place.calm, place.calm + WANDERINGS.length));
      points.forEach((weight, i) => {
        const calm = (after[place.calm + i] = weight * (likely.wandering[model]?.[i] ?? 0));
        habits.up.calm += calm;
        habits.down.calm += calm;
      });
      return;
    }
    const likelyCalm = likely.calm[model] ?? 0;
    const wasCalm = row[place.calm] ?? 0;
    if (!bursts) {
      const calm = (after[place.calm] = wasCalm * likelyCalm);
      habits.up.calm += calm;
      habits.down.calm += calm;
      return;
    }
    const start = { up: Math.min(rates.start * fits, 0.5), down: rates.start };
    let bursting = 0;
    for (let i = place.up; i < place.down + LEVELS.length; i += 1) bursting += row[i] ?? 0;
    // A burst that ends may be followed by another one at once, of the same arm or the other.
    const free = wasCalm + bursting * (1 - rates.stay);
    const calm = (after[place.calm] = free * (1 - start.up - start.down) * likelyCalm);
    for (const arm of ['up', 'down'] as const) {
      const own = habits[arm];
      own.calm += calm;
      LEVELS.forEach((_, level) => {
        const i = place[arm] + level;
        const likelihood = likely[arm][level] ?? 0;
        const begun = free * start[arm] * (rates.levels[level] ?? 0) * likelihood;
        const gone = (row[i] ?? 0) * rates.stay * likelihood;
        after[i] = begun + gone;
        own.starts += begun;
        own.stays += gone;
        own.burst += begun + gone;
        own.levels[level] = (own.levels[level] ?? 0) + begun;
      });
    }
  });
  return { row: after, habits };
}

type Counts = { -readonly [K in keyof Habits]: Habits[K] extends readonly number[] ? number[] : number };

function noHabits(): Counts {
  return { calm: 0, starts: 0, burst: 0, stays: 0, levels: LEVELS.map(() => 0) };
}
