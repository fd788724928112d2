import type { PairCounts } from '../../../domain/gate-batch.ts';
import type { Credited, PendingLabel } from '../labels.ts';
import { isCorrect } from '../labels.ts';

/** What mirrored versions answered to the same row, by version. */
export interface MirroredLabel extends PendingLabel {
  readonly mirrored: Readonly<Record<string, unknown>> | null;
}

type Wrong = NonNullable<PairCounts['wrong']>;

type Counting = { -readonly [K in keyof Wrong]: number } & Pick<PairCounts, 'version' | 'against'>;

/** The pairs of a batch with the labels that came for them during it; pairs of a mirror that has ended get rows of their own. */
export function withWrong(
  pairs: readonly PairCounts[],
  labels: readonly Credited<MirroredLabel>[],
  tolerance: number,
): PairCounts[] {
  const wrong = new Map<string, Counting>();
  for (const { version: against, correct, label, mirrored } of labels) {
    for (const [version, prediction] of Object.entries(mirrored ?? {})) {
      const isRight = isCorrect(label, prediction, tolerance);
      if (correct === null || isRight === null) continue;
      const key = `${version} ${against}`;
      const sums = wrong.get(key) ?? { version, against, n: 0, onlyVersion: 0, onlyAgainst: 0 };
      wrong.set(key, sums);
      sums.n += 1;
      if (correct && !isRight) sums.onlyVersion += 1;
      if (!correct && isRight) sums.onlyAgainst += 1;
    }
  }
  const found = pairs.map((pair) => {
    const key = `${pair.version} ${pair.against}`;
    const sums = wrong.get(key);
    wrong.delete(key);
    return sums ? { ...pair, wrong: countsOf(sums) } : pair;
  });
  const ended = [...wrong.values()].map(({ version, against, ...sums }): PairCounts => ({
    ...{ version, against, n: 0, disagree: 0, onlyAgainstFailed: 0, onlyVersionFailed: 0, unpaired: 0 },
    latency: [],
    latencyAgainst: [],
    wrong: countsOf(sums),
  }));
  return [...found, ...ended];
}

function countsOf({ n, onlyVersion, onlyAgainst }: Wrong): Wrong {
  return { n, onlyVersion, onlyAgainst };
}
