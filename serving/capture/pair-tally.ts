import type { PairCounts } from '../../domain/gate-batch.ts';
import { createSketch } from './latency-sketch.ts';

/** One half of a pair, as far as comparing needs it. */
export interface Half {
  readonly isSuccess: boolean;
  readonly latencyMs: number;
  /** `null` when it was too large or streamed, and so was not captured. */
  readonly answer: string | null;
}

/** One mirrored version's counts while its batch is open. */
export interface PairTally {
  /** @param agrees whether the captured answers do; `null` where nobody could tell */
  add(served: Half, mirrored: Half, agrees: boolean | null): void;
  addUnpaired(): void;
  build(version: string, against: string): PairCounts;
}

export function createPairTally(): PairTally {
  const counts = { n: 0, disagree: 0, onlyAgainstFailed: 0, onlyVersionFailed: 0, unpaired: 0 };
  const latency = createSketch();
  const latencyAgainst = createSketch();
  return {
    add(served, mirrored, agrees) {
      if (served.isSuccess !== mirrored.isSuccess) {
        if (served.isSuccess) counts.onlyVersionFailed += 1;
        else counts.onlyAgainstFailed += 1;
        return;
      }
      // Both failed on the same input: that tells the versions apart in nothing.
      if (!served.isSuccess) return;
      // An answer that was not captured, or not judged, is evidence neither of agreement nor of disagreement.
      if (agrees === null || served.answer === null || mirrored.answer === null) {
        counts.unpaired += 1;
        return;
      }
      counts.n += 1;
      if (!agrees) counts.disagree += 1;
      latency.add(mirrored.latencyMs);
      latencyAgainst.add(served.latencyMs);
    },
    addUnpaired: () => void (counts.unpaired += 1),
    build: (version, against) => ({
      version,
      against,
      ...counts,
      latency: latency.build(),
      latencyAgainst: latencyAgainst.build(),
    }),
  };
}
