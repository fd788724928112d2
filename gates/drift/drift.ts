import type { ArmCounts, BinCounts } from '../../domain/gate-batch.ts';
import type { Arms } from '../kinds/arms.ts';
import type { FeatureState } from './feature.ts';
import { observeFeature } from './feature.ts';

/** Evidence of drift by feature; what was asked, and what was answered. */
export interface DriftState {
  readonly inputs: Readonly<Record<string, FeatureState>>;
  readonly outputs: Readonly<Record<string, FeatureState>>;
}

export const NO_DRIFT: DriftState = { inputs: {}, outputs: {} };

/** Counts of what is normal, in the same bins as the batches; features without any are compared between arms alone. */
export interface DriftReference {
  readonly inputs: BinCounts;
  readonly outputs: BinCounts;
}

export const NO_REFERENCE: DriftReference = { inputs: {}, outputs: {} };

/** Whose counts tell what is common to both arms. */
export const NORMAL = { inputs: 'both', outputs: 'stable' } as const;

/**
 * The state after one more batch. A feature of ten bins takes about 250 bytes of it; `users` is a design effect (users.ts).
 *
 * Where one version has all traffic, it is `stable`.
 */
export function observeDrift(
  state: DriftState,
  arms: Arms<ArmCounts>,
  reference: DriftReference = NO_REFERENCE,
  users = 1,
): DriftState {
  const observe = (what: 'inputs' | 'outputs'): DriftState[typeof what] => {
    const now = { candidate: arms.candidate[what] ?? {}, stable: arms.stable[what] ?? {} };
    const names = [...new Set([...Object.keys(now.candidate), ...Object.keys(now.stable)])].sort();
    const after: Record<string, FeatureState> = { ...state[what] };
    for (const name of names) {
      const counts = { candidate: now.candidate[name], stable: now.stable[name] };
      const feature = { now: counts, reference: reference[what][name], normal: NORMAL[what], users };
      after[name] = observeFeature(after[name], feature);
    }
    return after;
  };
  return { inputs: observe('inputs'), outputs: observe('outputs') };
}
