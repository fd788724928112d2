import type { Deps } from '../activities/deps.ts';

type Stage = Parameters<NonNullable<Deps['judged']>>[0];

/** Counts by upper bound in milliseconds, each a tenth above the one before; what came in time counts as 1. */
export type LatenessCounts = Readonly<Record<string, number>>;

const STEP = 1.1;

/** How long sealed batches waited for their gate, since the worker began; constant in memory, however many there were. */
export class WatchGauge {
  readonly #counts = new Map<Stage, Map<number, number>>();

  readonly judged = (stage: Stage, latenessMs: number): void => {
    const bound = Math.ceil(STEP ** Math.ceil(Math.log(Math.max(1, latenessMs)) / Math.log(STEP)));
    const counts = this.#counts.get(stage) ?? new Map<number, number>();
    this.#counts.set(stage, counts.set(bound, (counts.get(bound) ?? 0) + 1));
  };

  read(): Readonly<Partial<Record<Stage, LatenessCounts>>> {
    return Object.fromEntries([...this.#counts].map(([stage, counts]) => [stage, Object.fromEntries(counts)]));
  }
}
