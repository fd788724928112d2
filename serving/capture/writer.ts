import type { GateBatch } from '../../domain/gate-batch.ts';
import type { BatchSink } from './batch-sink.ts';
import type { Draft } from './fence-tally.ts';
import type { PredictionRow } from './record.ts';

export interface WriterOptions {
  readonly sink: BatchSink;
  /** Relative tolerance of an endpoint, for judging labels. */
  readonly toleranceOf: (endpoint: string) => number;
  /** A draft will never be stored; what it counted is lost. */
  readonly onLost: (draft: Draft) => void;
  readonly onStored?: (batch: GateBatch) => void;
}

/** Takes evidence in without ever waiting, and stores it in order, for as long as that takes. */
export interface Writer {
  readonly addRows: (rows: readonly PredictionRow[]) => void;
  readonly addDraft: (draft: Draft) => void;
  /** Stores what is queued; gives up after `limitMs`. */
  flush(limitMs: number): Promise<void>;
  readonly state: WriterState;
}

export interface WriterState {
  readonly queuedRows: number;
  readonly queuedBatches: number;
  /** When the oldest batch that waits was sealed, ISO 8601; `null` when none waits. */
  readonly oldestSealed: string | null;
  /** Rows thrown away: the queue was full, or the store refused them. */
  readonly shed: number;
  /** Why the last attempt failed; `null` after one that did not. */
  readonly fault: string | null;
}

const FLUSH_MS = 200;
const BACKOFF_MS = { first: 200, most: 5000 };
const PORTION = { rows: 500, characters: 2_000_000 };

/** While the store is away, predictions go first; batches are few and small, and are what a rollout waits for. */
const QUEUE = { rows: 6000, characters: 4_000_000, draftCharacters: 10_000_000 };

const RETRY_LOOK_MS = 50;

/** Attempts at a draft that keeps failing while the store itself answers. */
const DRAFT_TRIES = 20;

export function createWriter({ sink, toleranceOf, onLost, onStored }: WriterOptions): Writer {
  // As text: a draft's sketches take five times the room as arrays.
  const drafts: { readonly sealed: string; readonly text: string }[] = [];
  let draftCharacters = 0;
  let rows: PredictionRow[] = [];
  let characters = 0;
  let shed = 0;
  let fault: string | null = null;
  let backoff = BACKOFF_MS.first;
  let draftFailures = 0;
  let timer: NodeJS.Timeout | null = null;
  let working: Promise<void> | null = null;

  function wake(delayMs: number): void {
    // While something is being stored, or after a failure, the end of that decides when to go on.
    if (working !== null || (fault !== null && timer !== null)) return;
    if (timer !== null && delayMs > 0) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(work, delayMs);
  }

  function work(): void {
    timer = null;
    working = storeAll().then(
      () => settle(null),
      (error: unknown) => settle(error instanceof Error ? error.message || error.name : String(error)),
    );
  }

  function settle(failure: string | null): void {
    working = null;
    fault = failure;
    if (failure === null) backoff = BACKOFF_MS.first;
    const isLeft = drafts.length + rows.length > 0;
    if (failure !== null) {
      timer = setTimeout(work, backoff);
      backoff = Math.min(backoff * 2, BACKOFF_MS.most);
    } else if (isLeft) wake(drafts.length > 0 ? 0 : FLUSH_MS);
  }

  async function storeAll(): Promise<void> {
    do {
      for (let first = drafts[0]; first; first = drafts[0]) await storeDraft(first.text);
      await storeRows();
    } while (drafts.length > 0 || rows.length >= PORTION.rows);
  }

  async function storeDraft(text: string): Promise<void> {
    const draft = JSON.parse(text) as Draft;
    try {
      const batch = await sink.addBatch(draft, toleranceOf(draft.endpoint));
      onStored?.(batch);
    } catch (error) {
      // Connection faults have no SQLSTATE; only a store that answers can be wrong about this one draft.
      draftFailures = /^(22|23)/.test(String((error as { code?: unknown }).code)) ? draftFailures + 1 : 0;
      if (draftFailures < DRAFT_TRIES) throw error;
      onLost(draft);
    }
    draftFailures = 0;
    drafts.shift();
    draftCharacters -= text.length;
  }

  async function storeRows(): Promise<void> {
    const portion = portionOf(rows);
    if (portion.length === 0) return;
    shed += await sink.addPredictions(portion);
    rows = rows.slice(portion.length);
    for (const row of portion) characters -= sizeOf(row);
  }

  return {
    addRows(added) {
      for (const row of added) {
        if (rows.length >= QUEUE.rows || characters >= QUEUE.characters) shed += 1;
        else {
          rows.push(row);
          characters += sizeOf(row);
        }
      }
      wake(rows.length >= PORTION.rows ? 0 : FLUSH_MS);
    },
    addDraft(draft) {
      // Those that came first stay: the numbers of stored batches have no gaps, and the next one tells what is lost.
      const text = JSON.stringify(draft);
      if (draftCharacters + text.length > QUEUE.draftCharacters) onLost(draft);
      else {
        drafts.push({ sealed: draft.sealed, text });
        draftCharacters += text.length;
      }
      wake(0);
    },
    async flush(limitMs) {
      const deadline = Date.now() + limitMs;
      if (timer !== null) clearTimeout(timer);
      if (working === null) work();
      while (drafts.length + rows.length > 0 && Date.now() < deadline) {
        await Promise.race([working, delay(deadline - Date.now())]);
        // What is left after a success goes on at once; after a failure, when its time has come.
        if (fault !== null) await delay(Math.min(RETRY_LOOK_MS, deadline - Date.now()));
        else if (working === null) work();
      }
    },
    get state() {
      const oldestSealed = drafts[0]?.sealed ?? null;
      return { queuedRows: rows.length, queuedBatches: drafts.length, oldestSealed, shed, fault };
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The head of the queue, bounded in rows and in characters. */
function portionOf(rows: readonly PredictionRow[]): readonly PredictionRow[] {
  let characters = 0;
  let length = 0;
  for (const row of rows) {
    characters += sizeOf(row);
    if (length > 0 && characters > PORTION.characters) break;
    length += 1;
    if (length === PORTION.rows) break;
  }
  return rows.slice(0, length);
}

function sizeOf({ input, prediction }: PredictionRow): number {
  return 200 + (input?.length ?? 0) + (prediction?.length ?? 0);
}
