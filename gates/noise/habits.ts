import type { NoiseShares } from '../../domain/gate-question.ts';
import { LEVELS } from './models.ts';

/** What is known of the bursts of one arm; what is believed before any was seen is counted in. */
export type Habits = NoiseShares['habits'];

const USUAL = { calm: 20, starts: 1.2, burst: 4, stays: 2.2 };

/**
 * What is believed of bursts before any was seen: one arm has one in 17 batches, for about two. Latencies double
 * for a while, but a server that fails every other request is no noise, so that such a level has to be seen to be believed.
 */
export const USUAL_HABITS = {
  count: { ...USUAL, levels: [0.2, 0.3, 0.9, 0.9, 0.02] },
  latency: { ...USUAL, levels: [0.2, 0.3, 0.9, 0.9, 0.1] },
} as const satisfies Record<string, Habits>;

/** What kind of metric has the noise. */
export type NoiseKind = keyof typeof USUAL_HABITS;

/** Chances, for one arm and batch: that a burst begins, that one goes on, and at which level it is. */
export interface Rates {
  readonly start: number;
  readonly stay: number;
  readonly levels: readonly number[];
}

/** A burst that lasts longer is a fault. */
const LONGEST_STAY = 0.89;
const MOST_STARTS = 0.3;

export function ratesOf({ calm, starts, burst, stays, levels }: Habits): Rates {
  const all = levels.reduce((sum, level) => sum + level, 0);
  return {
    start: Math.min(starts / calm, MOST_STARTS),
    stay: Math.min(stays / burst, LONGEST_STAY),
    levels: levels.map((level) => level / all),
  };
}

/** The sum of habits, the second one counted `times`. */
export function addHabits(a: Habits, b: Habits, times: number): Habits {
  return {
    ...a,
    calm: short(a.calm + times * b.calm),
    starts: short(a.starts + times * b.starts),
    burst: short(a.burst + times * b.burst),
    stays: short(a.stays + times * b.stays),
    levels: LEVELS.map((_, i) => short((a.levels[i] ?? 0) + times * (b.levels[i] ?? 0))),
  };
}

/** Three decimals keep the state small. */
function short(x: number): number {
  return Math.round(x * 1e3) / 1e3;
}

/** Habits as numbers in a row, for a gate's state. */
export type PackedHabits = readonly number[];

export function packHabits({ calm, starts, burst, stays, heed = 1, levels }: Habits): PackedHabits {
  return [calm, starts, burst, stays, heed, ...levels];
}

export function unpackHabits([calm = 0, starts = 0, burst = 0, stays = 0, heed = 1, ...levels]: PackedHabits): Habits {
  return { calm, starts, burst, stays, heed, levels };
}
