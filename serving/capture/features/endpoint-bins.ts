import type { BinCounts } from '../../../domain/gate-batch.ts';
import type { Bins } from '../../../domain/bins.ts';
import type { Asked, Fields } from './fields.ts';
import { binCount, binOf } from '../../../domain/bins.ts';

/** The bins of an endpoint: the same for all arms and all batches. */
export interface EndpointBins {
  readonly inputs: Readonly<Record<string, Bins>>;
  readonly outputs: Readonly<Record<string, Bins>>;
}

/** The same without what has come to be redacted since. */
export function withoutRedacted(bins: EndpointBins, redacted: readonly string[]): EndpointBins {
  if (redacted.length === 0) return bins;
  const kept = (features: EndpointBins['inputs']) =>
    Object.fromEntries(Object.entries(features).filter(([name]) => !redacted.includes(name)));
  return { inputs: kept(bins.inputs), outputs: kept(bins.outputs) };
}

/** One arm's values by bin while its batch is open. */
export interface FeatureTally {
  add(asked: Asked): void;
  /** Without the features of which nothing was seen. */
  build(): { readonly inputs?: BinCounts; readonly outputs?: BinCounts };
}

export function createFeatureTally({ inputs, outputs }: EndpointBins): FeatureTally {
  const asked = createCounts(inputs);
  const answered = createCounts(outputs);
  return {
    add(seen) {
      if (seen.inputs) asked.add(seen.inputs);
      if (seen.outputs) answered.add(seen.outputs);
    },
    build() {
      const [ins, outs] = [asked.build(), answered.build()];
      return { ...(ins && { inputs: ins }), ...(outs && { outputs: outs }) };
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
