import { LEVELS, NOISE_MODELS, WANDERED, WANDERINGS } from './models.ts';
import type { Rates } from './habits.ts';

/**
 * Where the weights of one line lie in a row: for each noise model calm, then, where it has bursts, those of the candidate
 * level by level, then those of stable; where it wanders, its points.
 */
export const PLACES: readonly { readonly calm: number; readonly up: number; readonly down: number }[] = [];

/** Numbers in a row. */
export const WIDTH = NOISE_MODELS.reduce((calm, { bursts, wander }) => {
  const [up, down] = [calm + 1, calm + 1 + LEVELS.length];
  (PLACES as { calm: number; up: number; down: number }[]).push({ calm, up, down });
  if (wander > 0) return calm + WANDERINGS.length;
  return bursts ? down + LEVELS.length : calm + 1;
}, 0);

/** The row before anything was seen, each model's share as given: its bursts as long as they always have been. */
export function freshRow(models: readonly number[], { start, stay, levels }: Rates): number[] {
  const row = new Array<number>(WIDTH).fill(0);
  NOISE_MODELS.forEach(({ bursts, wander }, model) => {
    const place = PLACES[model];
    if (!place) return;
    const share = models[model] ?? 0;
    if (wander > 0) {
      WANDERED.forEach((part, i) => (row[place.calm + i] = share * part));
      return;
    }
    const inBurst = bursts ? (2 * start) / (1 - stay + 2 * start * stay) : 0;
    row[place.calm] = share * (1 - inBurst);
    if (bursts)
      levels.forEach((level, i) => {
        row[place.up + i] = row[place.down + i] = (share * inBurst * level) / 2;
      });
  });
  return row;
}

/** The share of each model in a row, however it is doing. */
export function modelShares(row: readonly number[]): number[] {
  return NOISE_MODELS.map((_, model) => {
    const [from, to] = [PLACES[model]?.calm ?? 0, PLACES[model + 1]?.calm ?? WIDTH];
    return row.slice(from, to).reduce((sum, weight) => sum + weight, 0);
  });
}
