import type { LnLikelihood } from './likelihood.ts';
import type { TwoArms } from './two-arms.ts';
import { SILENT } from './likelihood.ts';
import { exp, ln } from './numeric.ts';
import { isInformative } from './two-arms.ts';
import { lnPartition } from './odds-bet.ts';

/**
 * Likelihood of a log odds ratio, given the table's margins: Fisher's noncentral hypergeometric law (see odds-bet.ts).
 *
 * Remembers its values, since the lines of a belief ask for many shifts that are the same.
 */
export function tableLikelihood(table: TwoArms): LnLikelihood {
  if (!isInformative(table)) return SILENT;
  return remembering((odds) => odds * table.candidateBad - lnPartition(table, odds));
}

/** Likelihood of a log odds ratio of discordant pairs: which side was it? (McNemar 1947) */
export function coinLikelihood(onlyCandidate: number, onlyStable: number): LnLikelihood {
  const all = onlyCandidate + onlyStable;
  if (all === 0) return SILENT;
  return remembering((odds) => onlyCandidate * odds - all * ln(1 + exp(odds)));
}

/** The likelihood with its origin at `by`; and with its logarithm divided by `temper`, since correlated requests say less. */
export function movedLikelihood(of: LnLikelihood, by: number, temper = 1): LnLikelihood {
  return temper === 1 ? (effect) => of(effect + by) : (effect) => of(effect + by) / temper;
}

/** Effects are told apart to a thousandth. */
function remembering(of: LnLikelihood): LnLikelihood {
  const known = new Map<number, number>();
  return (effect) => {
    const key = Math.round(effect * 1000);
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = of(key / 1000);
    known.set(key, value);
    return value;
  };
}
