import type { ArmCounts, BinCounts } from '../../../domain/gate-batch.ts';
import type { NamedProfile, Profile } from '../../../domain/profile.ts';
import { createFaultTally } from './fault-tally.ts';
import type { Bins } from '../../../domain/bins.ts';
import type { Fields } from './field-values.ts';
import type { Asked } from './fields.ts';
import { binCount, binOf } from '../../../domain/bins.ts';

/** The bins of an endpoint: the same for all arms and all batches. */
export interface EndpointBins {
  readonly inputs: Readonly<Record<string, Bins>>;
  readonly outputs: Readonly<Record<string, Bins>>;
  /** Whose bins these are, and what is normal of the inputs; absent of bins that were learnt. */
  readonly profile?: { readonly digest: string; readonly inputs: Profile['inputs'] };
}

export function binsOfProfile({ digest, profile }: NamedProfile): EndpointBins {
  const binsOf = (features: Profile['inputs']) =>
    Object.fromEntries(Object.entries(features).map(([name, { bins }]) => [name, bins]));
  return {
    inputs: binsOf(profile.inputs),
    outputs: binsOf(profile.outputs),
    profile: { digest, inputs: profile.inputs },
  };
}

/** The same without what has come to be redacted since. */
export function withoutRedacted(bins: EndpointBins, redacted: readonly string[]): EndpointBins {
  if (redacted.length === 0) return bins;
  const kept = (features: EndpointBins['inputs']) =>
    Object.fromEntries(Object.entries(features).filter(([name]) => !redacted.includes(name)));
  return { ...bins, inputs: kept(bins.inputs), outputs: kept(bins.outputs) };
}

type FeatureCounts = Pick<ArmCounts, 'inputs' | 'outputs' | 'faults' | 'violations'>;

/** One arm's values by bin while its batch is open. */
export interface FeatureTally {
  add(asked: Asked): void;
  /** Without the features of which nothing was seen; violations only where every one of the arm's requests was looked at. */
  build(requests?: number): FeatureCounts;
}

export function createFeatureTally({ inputs, outputs, profile }: EndpointBins): FeatureTally {
  const asked = createCounts(inputs);
  const answered = createCounts(outputs);
  const wrong = profile && createFaultTally(inputs, profile.inputs);
  return {
    add(seen) {
      // Read by another profile, just before or after a change of it: its features are not these.
      if (seen.profile !== profile?.digest) return;
      if (seen.inputs) asked.add(seen.inputs);
      if (seen.inputs) wrong?.add(seen.inputs);
      if (seen.outputs) answered.add(seen.outputs);
    },
    build(requests) {
      const [ins, outs] = [asked.build(), answered.build()];
      return { ...(ins && { inputs: ins }), ...(outs && { outputs: outs }), ...wrong?.build(requests) };
    },
  };
}

function createCounts(bins: Readonly<Record<string, Bins>>): { add(fields: Fields): void; build(): BinCounts | null } {
  const features = Object.entries(bins);
  // Most batches of most arms see many requests or none: room is taken with the first.
  let counts: number[][] | null = null;
  return {
    add(fields) {
      counts ??= features.map(([, each]) => new Array<number>(binCount(each)).fill(0));
      features.forEach(([name, each], place) => {
        const bin = binOf(each, fields.get(name) ?? null);
        const row = counts?.[place];
        if (row) row[bin] = (row[bin] ?? 0) + 1;
      });
    },
    build: () =>
      counts === null || features.length === 0
        ? null
        : Object.fromEntries(features.map(([name], place) => [name, counts?.[place] ?? []])),
  };
}
