import type { Standing } from '../evidence.ts';

/** How something stands that no test decides on: it has no part in alpha, and is not asked for. */
export function shownOnly(
  metric: string,
  shown: Pick<Standing, 'candidate' | 'stable' | 'unit' | 'margin' | 'n'> & Partial<Standing>,
): Standing {
  return {
    metric,
    required: false,
    lnAgainst: 0,
    lnFavour: 0,
    share: 0,
    proved: false,
    absolute: false,
    dispersion: 1,
    effect: null,
    ...shown,
  };
}
