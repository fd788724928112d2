import type { ArmCounts } from '../../../domain/gate-batch.ts';
import type { Bins } from '../../../domain/bins.ts';
import type { Fault, Profile } from '../../../domain/profile.ts';
import { binOf } from '../../../domain/bins.ts';
import { faultOf, usualShare } from '../../../domain/profile.ts';
import type { Fields } from './field-values.ts';

/** One arm's inputs that are not as the profile knows them, while its batch is open. */
export interface FaultTally {
  add(fields: Fields): void;
  build(requests?: number): Pick<ArmCounts, 'faults' | 'violations'>;
}

/** A fault that the profile has itself now and then, such as a missing value, is counted and breaks no schema. */
export function createFaultTally(inputs: Readonly<Record<string, Bins>>, known: Profile['inputs']): FaultTally {
  const features = Object.keys(inputs).flatMap((name) => (known[name] ? [[name, known[name]] as const] : []));
  const faults: Record<string, Partial<Record<Fault, number>>> = {};
  let [seen, violations] = [0, 0];
  return {
    add(fields) {
      seen += 1;
      let breaks = false;
      for (const [name, feature] of features) {
        const value = fields.get(name) ?? null;
        const fault = faultOf(feature, value, binOf(feature.bins, value));
        if (fault === null) continue;
        const counts = (faults[name] ??= {});
        counts[fault] = (counts[fault] ?? 0) + 1;
        breaks ||= usualShare(feature, fault) === 0;
      }
      if (breaks) violations += 1;
    },
    build: (requests) => ({
      ...(Object.keys(faults).length > 0 && { faults }),
      ...(seen > 0 && seen === requests && { violations }),
    }),
  };
}
