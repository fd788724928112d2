import type { Proof } from '../../../gates/proof.ts';
import { excessProof, oddsProof, pairProof } from '../../../gates/proof.ts';
import { table } from './support.ts';

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const bernoulli = (k: number, n: number, p: number) => choose(n, k) * p ** k * (1 - p) ** (n - k);
const range = (n: number) => Array.from({ length: n + 1 }, (_, k) => k);

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** What the proofs say that their variance is, on the mean. */
  readonly claimed: number;
}

function momentsOf(outcomes: readonly { readonly chance: number; readonly proof: Proof }[]): Moments {
  const mean = outcomes.reduce((sum, { chance, proof }) => sum + chance * proof.gain, 0);
  const square = outcomes.reduce((sum, { chance, proof }) => sum + chance * proof.gain ** 2, 0);
  const claimed = outcomes.reduce((sum, { chance, proof }) => sum + chance * proof.variance, 0);
  return { mean, variance: square - mean ** 2, claimed };
}

/** Over all tables of independent arms that have any chance worth counting. */
export function excessMoments(
  n: { candidate: number; stable: number },
  rates: { c: number; s: number },
  margin: number,
  usual = rates.s,
): Moments {
  const likely = (size: number, rate: number) =>
    range(size)
      .map((k) => ({ k, chance: bernoulli(k, size, rate) }))
      .filter(({ chance }) => chance > 1e-10);
  const stable = likely(n.stable, rates.s);
  return momentsOf(
    likely(n.candidate, rates.c).flatMap((ours) =>
      stable.map((theirs) => {
        const seen = table([ours.k, n.candidate], [theirs.k, n.stable]);
        return { chance: ours.chance * theirs.chance, proof: excessProof(seen, margin, usual) };
      }),
    ),
  );
}

/** Over all tables with these margins, where the odds are alike but for a factor: Fisher's noncentral law. */
export function oddsMoments(candidate: number, stable: number, bad: number, factor: number): Moments {
  const possible = range(Math.min(candidate, bad)).filter((k) => bad - k <= stable);
  const terms = possible.map((k) => choose(candidate, k) * choose(stable, bad - k) * factor ** k);
  const all = terms.reduce((sum, term) => sum + term, 0);
  return momentsOf(
    possible.map((k, i) => ({
      chance: (terms[i] ?? 0) / all,
      proof: oddsProof(table([k, candidate], [bad - k, stable])),
    })),
  );
}

/** Over all ways that `n` pairs may come out. */
export function pairMoments(n: number, onlyVersion: number, onlyAgainst: number, margin: number): Moments {
  const same = 1 - onlyVersion - onlyAgainst;
  return momentsOf(
    range(n).flatMap((a) =>
      range(n - a).map((b) => ({
        chance: choose(n, a) * choose(n - a, b) * onlyVersion ** a * onlyAgainst ** b * same ** (n - a - b),
        proof: pairProof({ onlyVersion: a, onlyAgainst: b, same: n - a - b }, margin),
      })),
    ),
  );
}
