import type { GateBatch } from '../../domain/gate-batch.ts';
import type { Draft } from './fence-tally.ts';
import type { PredictionRow } from './record.ts';

/** Where evidence is kept. Every call may reject while the place is away, and is then made again with the same arguments. */
export interface BatchSink {
  /** Returns how many rows the place refused for good. */
  addPredictions(rows: readonly PredictionRow[]): Promise<number>;
  /**
   * Gives the draft the endpoint's next number and the labels that came until it was sealed, and stores all of it at
   * once. A draft that is given again after a call of unknown end is not stored twice.
   */
  addBatch(draft: Draft, tolerance: number): Promise<GateBatch>;
  /** Makes room for coming days, and deletes what is older than each endpoint keeps. */
  keepHouse(retentionDays: ReadonlyMap<string, number>): Promise<void>;
  close(): Promise<void>;
}

/** Stands in where no database is configured. */
export function createNoSink(): BatchSink {
  return {
    addPredictions: () => Promise.resolve(0),
    addBatch: ({ isLate: _, ...draft }) => Promise.resolve({ ...draft, index: 0, labels: [], hash: '' }),
    keepHouse: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
