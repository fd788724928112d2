import type { Arms } from '../kinds/arms.ts';
import type { Bins } from './measures.ts';
import type { Capital } from '../capital.ts';
import { NO_CAPITAL, bet, evenStakes, worth } from '../capital.ts';
import { STRIDES, armsBet, referenceBet } from './bets.ts';
import { total } from './measures.ts';

/** What is remembered of one feature: recent counts of each arm, and the evidence of drift. */
export interface FeatureState extends Arms<Bins> {
  /** Against "alike in both arms", and against "as in the reference". */
  readonly arms: Capital;
  readonly reference: Capital;
}

const NOTHING: FeatureState = { candidate: [], stable: [], arms: NO_CAPITAL, reference: NO_CAPITAL };

const STAKES = evenStakes(STRIDES.length, 0.8);
/** Observations of an arm after which counts are halved: guesses follow what is, not what was. */
const REMEMBERED = 4_000;

export interface FeatureCounts {
  readonly now: Arms<Bins | undefined>;
  readonly reference: Bins | undefined;
  /** Whose requests are held against the reference: inputs are the same for both arms, answers are stable's own. */
  readonly normal: 'both' | 'stable';
  /** Design effect of sticky users, at least 1. */
  readonly users: number;
}

/** The feature after one more batch; as it was where the batch's bins are other ones than before, or than the reference's. */
export function observeFeature(
  before: FeatureState = NOTHING,
  { now, reference, normal, users }: FeatureCounts,
): FeatureState {
  const bins = reference?.length ?? before.stable.length;
  const lengths = [now.candidate, now.stable].flatMap((counts) => (counts ? [counts.length] : []));
  const expected = bins > 0 ? bins : (lengths[0] ?? 0);
  if (expected === 0 || lengths.some((length) => length !== expected)) return before;
  const empty = new Array<number>(expected).fill(0);
  const batch = { candidate: now.candidate ?? empty, stable: now.stable ?? empty };
  const earlier = { candidate: filled(before.candidate, empty), stable: filled(before.stable, empty) };
  const lnArms = armsBet(batch, earlier);
  const lnReference = reference ? referenceBet(normalOf(batch, normal), normalOf(earlier, normal), reference) : [];
  return {
    candidate: remembered(earlier.candidate, batch.candidate),
    stable: remembered(earlier.stable, batch.stable),
    arms: stake(before.arms, lnArms, users),
    reference: stake(before.reference, lnReference, users),
  };
}

/** Logarithms of the two e-values. */
export function evidenceOf({ arms, reference }: FeatureState): { lnArms: number; lnReference: number } {
  return { lnArms: worth(arms, STAKES), lnReference: worth(reference, STAKES) };
}

/** The counts that are held against the reference. */
export function normalOf({ candidate, stable }: Arms<Bins>, normal: FeatureCounts['normal']): Bins {
  return normal === 'stable' ? stable : candidate.map((count, i) => count + (stable[i] ?? 0));
}

function stake(capital: Capital, lnFactors: readonly number[], users: number): Capital {
  if (lnFactors.every((lnFactor) => lnFactor === 0)) return capital;
  return bet(
    capital,
    lnFactors.map((lnFactor) => lnFactor / users),
    STAKES,
  );
}

function filled(counts: Bins, empty: Bins): Bins {
  return counts.length === empty.length ? counts : empty;
}

/** Counts with more of them, halved until they are few enough. */
export function remembered(counts: Bins, more: Bins, most = REMEMBERED): Bins {
  let sum = counts.map((count, i) => count + (more[i] ?? 0));
  while (total(sum) > most) sum = sum.map((count) => Math.floor(count / 2));
  return sum;
}
