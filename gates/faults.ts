import type { Lines } from './noise/belief.ts';
import { LEVELS } from './noise/models.ts';

/** Share of the stake on a candidate that is as good as stable on the whole and has bursts of its own. */
const FITFUL = 0.05;

/** Shares of the levels: the largest needs little, since one batch tells. */
const SHARES = [2 / 9, 2 / 9, 2 / 9, 2 / 9, 1 / 9];

/**
 * What may be wrong with a candidate: worse at one of the levels from some batch on, or in bursts that come four times as
 * often as stable's.
 */
export const FAULTS: Lines = {
  none: { effect: [0], fits: 1 },
  faults: [
    ...LEVELS.map((effect, i) => ({ effect, fits: 1, share: (1 - FITFUL) * (SHARES[i] ?? 0) })),
    { effect: [0], fits: 4, share: FITFUL },
  ],
};
