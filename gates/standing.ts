import type { PlannedMetric } from '../domain/plan.ts';
import type { Stakes } from './capital.ts';
import type { Standing, Status } from './evidence.ts';
import type { Track } from './track.ts';
import { asBet, asProof } from './track.ts';
import { isProved, lnProof } from './proof.ts';
import { ln } from './numeric.ts';
import { lnOdds } from './noise/belief.ts';
import { overdispersion } from './spread.ts';
import { worth } from './capital.ts';

type Common = Omit<Standing, 'candidate' | 'stable' | 'unit'>;

/** How a metric of both arms stands: evidence for and against, before anybody decides. */
export function standing(
  metric: string,
  known: Track,
  stakes: Stakes,
  planned: PlannedMetric,
  { alphaShare, beta, time }: Status,
): Common {
  const dispersion = overdispersion(known.spread, 1);
  const proof = asProof(known.favour);
  const lnFavour = time === null ? worth(asBet(known.favour), stakes) : lnProof(proof, dispersion);
  const { candidate, stable } = known.seen;
  return {
    metric,
    required: planned.required && (!planned.onceSeen || (candidate > 0 && stable > 0)),
    margin: planned.margin,
    lnAgainst: lnOdds(known.against),
    lnFavour,
    share: alphaShare,
    proved: time === null ? lnFavour >= -ln(beta) : isProved(proof, time, beta, dispersion),
    absolute: false,
    n: { candidate, stable },
    dispersion,
  };
}
