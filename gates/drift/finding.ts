import type { Bins, Distances } from './measures.ts';
import type { DriftReference, DriftState } from './drift.ts';
import type { FeatureState } from './feature.ts';
import { NORMAL, NO_REFERENCE } from './drift.ts';
import { distances, excessPsi } from './measures.ts';
import { eBh } from './e-bh.ts';
import { evidenceOf, normalOf } from './feature.ts';
import { lnWeightedSum } from '../numeric.ts';

/**
 * Whose drift it is.
 *
 * `split`: the arms do not get the same requests, so nothing can be compared; hold. `candidate`: its answers alone moved; counts
 * against it. `common`: requests, or both arms' answers, are not those of the reference; notify or hold, and never go back.
 */
export type DriftKind = 'none' | 'common' | 'candidate' | 'split';

export interface DriftFinding {
  /** The first that was found of `split`, `candidate`, `common`. */
  readonly kind: DriftKind;
  /** The features that it was found in, as `inputs.age`. */
  readonly split: readonly string[];
  readonly candidate: readonly string[];
  readonly common: readonly string[];
  /** Logarithm of the e-value against "the candidate's answers are distributed as stable's", mean over the outputs. */
  readonly lnAgainst: number;
  readonly features: readonly FeatureDrift[];
}

export interface FeatureDrift {
  /** `inputs.age`, `outputs.score`. */
  readonly name: string;
  /** Evidence and distances between the arms, and from the reference (of inputs, or of stable's outputs); `null` without data. */
  readonly between: { readonly lnE: number; readonly distances: Distances | null };
  readonly reference: { readonly lnE: number; readonly distances: Distances | null };
}

/** Index (psi, above chance) from which on a difference that is certain is also large enough to matter. */
export const LARGE_PSI = 0.1;

/**
 * What the evidence says so far, at a false-discovery rate of at most alpha for each of the three kinds.
 *
 * A difference counts only where it is certain *and* large: among many requests the slightest one is certain.
 */
export function driftFinding(
  { inputs, outputs }: DriftState,
  {
    alpha,
    reference = NO_REFERENCE,
    large = LARGE_PSI,
  }: { readonly alpha: number; readonly reference?: DriftReference; readonly large?: number },
): DriftFinding {
  const ins = examineAll('inputs', inputs, reference, large);
  const outs = examineAll('outputs', outputs, reference, large);
  const all = [...ins, ...outs];
  const split = certain(ins, alpha, 'between');
  const candidate = split.length > 0 ? [] : certain(outs, alpha, 'between');
  const common = certain(all, alpha, 'reference');
  return {
    kind: split.length > 0 ? 'split' : candidate.length > 0 ? 'candidate' : common.length > 0 ? 'common' : 'none',
    split,
    candidate,
    common,
    lnAgainst: outs.length === 0 ? 0 : mean(outs.map(({ drift }) => drift.between.lnE)),
    features: all.map(({ drift }) => drift),
  };
}

interface Examined {
  readonly drift: FeatureDrift;
  readonly isLarge: Readonly<Record<'between' | 'reference', boolean>>;
}

function examineAll(
  what: 'inputs' | 'outputs',
  features: DriftState['inputs'],
  reference: DriftReference,
  large: number,
): Examined[] {
  return Object.entries(features).map(([name, state]) => {
    const normal = normalOf(state, NORMAL[what]);
    return examine(`${what}.${name}`, state, { normal, reference: reference[what][name], large });
  });
}

function examine(
  name: string,
  state: FeatureState,
  { normal, reference, large }: { readonly normal: Bins; readonly reference: Bins | undefined; readonly large: number },
): Examined {
  const { candidate, stable } = state;
  const { lnArms, lnReference } = evidenceOf(state);
  return {
    drift: {
      name,
      between: { lnE: lnArms, distances: distances(candidate, stable) },
      reference: { lnE: lnReference, distances: reference ? distances(normal, reference) : null },
    },
    isLarge: {
      between: excessPsi(candidate, stable) >= large,
      reference: reference !== undefined && excessPsi(normal, reference) >= large,
    },
  };
}

function certain(examined: readonly Examined[], alpha: number, which: 'between' | 'reference'): string[] {
  const found = eBh(
    examined.map(({ drift }) => drift[which].lnE),
    alpha,
  );
  return examined.filter(({ isLarge }, i) => found.includes(i) && isLarge[which]).map(({ drift }) => drift.name);
}

function mean(lnEs: readonly number[]): number {
  return lnWeightedSum(
    lnEs.map(() => 1 / lnEs.length),
    lnEs,
  );
}
