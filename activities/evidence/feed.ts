import type { Pool } from 'pg';
import type { GateBatch } from '../../domain/gate-batch.ts';
import { StoreUnreachable } from '../store/unreachable.ts';
import { readNextBatches, type BatchChanged, type BatchQuery, type NextBatches } from './batches.ts';

/** Who reads the batches of one rollout: a gate under watch. */
export interface BatchReader {
  /** Whose batches, and where it stands now. */
  readonly query: BatchQuery;
  /** How often it asks, in milliseconds; the more urgent readers are served first. */
  readonly everyMs: number;
  /** The next batch; `false` once it needs no more. */
  take(batch: GateBatch): boolean;
  /** Every batch that is sealed has been taken. */
  caughtUp(): void;
  /** The store did not answer, or has not yet; told again at every tick until it does. */
  missed(error: Error): void;
  /** A batch is not what was sealed. */
  refuse(changed: BatchChanged): void;
}

/** How often the feed asks at most, in milliseconds. */
const TICK_MS = 500;

/** Most batches in one answer, about a megabyte, and most readers that one statement asks for. */
const ROWS = 500;
const READERS = 250;

/** After this long a statement counts as unanswered, though it may still be answered, in milliseconds. */
const HANGS_MS = 3_000;

/**
 * Reads sealed batches for every watch of a process: one statement a look for up to 250 of them, whatever their traffic.
 *
 * A thousand watches that each asked for themselves would be two thousand statements a second, nearly all for nothing.
 */
export class EvidenceFeed {
  readonly #pool: Pool;
  readonly #readers = new Map<BatchReader, Turn>();
  #timer: NodeJS.Timeout | null = null;
  /** When the statement under way was sent. */
  #asked: number | null = null;
  #looking = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Serves a reader, with the next look and then every {@link BatchReader.everyMs}, until it is removed. */
  add(reader: BatchReader): void {
    this.#readers.set(reader, { due: 0, error: null });
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    // The first looks at once, with those that come together with it, as after a start; later ones ride along.
    if (this.#readers.size === 1) setImmediate(() => this.#look());
  }

  remove(reader: BatchReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    if (this.#asked !== null && performance.now() - this.#asked > HANGS_MS)
      for (const [, turn] of this.#due()) turn.error ??= new StoreUnreachable('PostgreSQL has not answered yet');
    for (const [reader, { error }] of this.#readers) if (error) reader.missed(error);
    this.#look();
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#serveDue().finally(() => (this.#looking = false));
  }

  async #serveDue(): Promise<void> {
    for (;;) {
      const readers = this.#due().slice(0, READERS);
      if (readers.length === 0 || !(await this.#serve(readers.map(([reader]) => reader)))) return;
    }
  }

  /** Those whose time has come, the most urgent first. */
  #due(): [BatchReader, Turn][] {
    const now = performance.now();
    const due = [...this.#readers].filter(([, turn]) => turn.due <= now);
    return due.sort(([a, x], [b, y]) => a.everyMs - b.everyMs || x.due - y.due);
  }

  /** Asks for these and hands out; false when the store does not answer, which it then would not for others either. */
  async #serve(readers: readonly BatchReader[]): Promise<boolean> {
    const at = performance.now();
    const limit = Math.max(1, Math.floor(ROWS / readers.length));
    try {
      this.#asked = at;
      const questions = readers.map(({ query }) => query);
      const answers = await readNextBatches(this.#pool, questions, limit).finally(() => (this.#asked = null));
      for (const [i, answer] of answers.entries()) this.#hand(readers[i] as BatchReader, answer, limit, at);
      return true;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      if (error instanceof StoreUnreachable) {
        this.#miss(
          this.#due().map(([reader]) => reader),
          error,
        );
        return false;
      }
      if (readers.length === 1) {
        this.#miss(readers, error);
        return true;
      }
      // The statement itself is at fault: one reader's question must not blind the others.
      const half = readers.length >> 1;
      return (await this.#serve(readers.slice(0, half))) && this.#serve(readers.slice(half));
    }
  }

  #hand(reader: BatchReader, { batches, changed }: NextBatches, limit: number, at: number): void {
    const turn = this.#readers.get(reader);
    if (!turn) return;
    turn.error = null;
    const mayBeMore = batches.length === limit;
    turn.due = mayBeMore ? at : at + reader.everyMs;
    for (const batch of batches) if (!this.#readers.has(reader) || !reader.take(batch)) return;
    if (changed) reader.refuse(changed);
    else if (!mayBeMore) reader.caughtUp();
  }

  #miss(readers: readonly BatchReader[], error: Error): void {
    const again = performance.now() + TICK_MS;
    for (const reader of readers) {
      const turn = this.#readers.get(reader);
      if (!turn) continue;
      Object.assign(turn, { error, due: again });
      reader.missed(error);
    }
  }
}

interface Turn {
  /** By the process's own clock, which nobody sets. */
  due: number;
  /** Why the last look failed. */
  error: Error | null;
}
