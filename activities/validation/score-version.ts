import { setTimeout as delay } from 'node:timers/promises';
import type { RowBatch } from './data-set.ts';
import { readPredictions, type Prediction } from './prediction.ts';

/** Sends one request to a version's own server; throws when there was no answer. */
export type Predict = (body: string, signal: AbortSignal) => Promise<{ status: number; body: string; ms: number }>;

export interface Scores {
  /** Row by row; `null` where there was no usable answer. */
  readonly predictions: readonly (Prediction | null)[];
  /** Time of each answered request, in milliseconds. */
  readonly latenciesMs: readonly number[];
  readonly requests: number;
  /** Rows that were refused, or answered with something that is no prediction. */
  readonly failedRows: number;
  /** Rows for which the server could not be reached at all. */
  readonly unreachableRows: number;
  /** The first few faults, as sentences. */
  readonly faults: readonly string[];
}

export interface ScoreOptions {
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Called with the rows done so far. */
  readonly onProgress?: (rows: number) => void;
  /** Waits before a request is sent again that found no server, or a busy one. */
  readonly retryDelaysMs?: readonly number[];
}

const BATCH_ROWS = 50;
const RETRY_DELAYS_MS = [250, 1_000];
/** No prediction of a batch takes longer, unless it never comes. */
const REQUEST_LIMIT_MS = 60_000;
/** Rows found to fail one by one, after which failing batches count as failed whole. */
const SINGLED_OUT = 20;
/** Requests without any answer, after which the server counts as gone. */
const GIVE_UP_AFTER = 3;
const FAULTS_SHOWN = 5;

/** Answers that say "not now" rather than "not this". */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Scores rows through a version's own server, in MLflow's `dataframe_split` format, one request at a time.
 *
 * Failures are counted, not thrown: a request that is refused is sent again in halves, so that one bad row does not cost
 * the others of its batch their answer.
 */
export async function scoreVersion(
  predict: Predict,
  rows: { readonly rows: number; batches(size: number): AsyncIterable<RowBatch> },
  { batchSize = BATCH_ROWS, signal, onProgress, retryDelaysMs = RETRY_DELAYS_MS }: ScoreOptions = {},
): Promise<Scores> {
  const scoring = new Scoring(predict, rows.rows, retryDelaysMs, signal);
  for await (const batch of rows.batches(batchSize)) {
    signal?.throwIfAborted();
    await scoring.score(batch);
    onProgress?.(Math.min(rows.rows, batch.first + batch.data.length));
  }
  return scoring.result();
}

class Scoring {
  readonly #predict: Predict;
  readonly #retryDelaysMs: readonly number[];
  readonly #signal: AbortSignal | undefined;
  readonly #predictions: (Prediction | null)[];
  readonly #latenciesMs: number[] = [];
  readonly #faults: string[] = [];
  #requests = 0;
  #failedRows = 0;
  #unreachableRows = 0;
  #unreachableRequests = 0;
  #singledOut = 0;

  constructor(predict: Predict, rows: number, retryDelaysMs: readonly number[], signal: AbortSignal | undefined) {
    this.#predict = predict;
    this.#retryDelaysMs = retryDelaysMs;
    this.#signal = signal;
    this.#predictions = Array.from<Prediction | null>({ length: rows }).fill(null);
  }

  async score(batch: RowBatch): Promise<void> {
    const { first, columns, data } = batch;
    if (this.#unreachableRequests >= GIVE_UP_AFTER) {
      this.#unreachableRows += data.length;
      return;
    }
    const answer = await this.#ask(JSON.stringify({ dataframe_split: { columns, data } }), data.length);
    if (answer.kind === 'predictions') {
      answer.predictions.forEach((prediction, i) => (this.#predictions[first + i] = prediction));
    } else if (answer.kind === 'unreachable') {
      this.#unreachableRequests += 1;
      this.#unreachableRows += data.length;
      this.#note(first, data.length, answer.fault);
    } else if (data.length > 1 && this.#singledOut < SINGLED_OUT) {
      const half = Math.ceil(data.length / 2);
      await this.score({ first, columns, data: data.slice(0, half) });
      await this.score({ first: first + half, columns, data: data.slice(half) });
    } else {
      if (data.length === 1) this.#singledOut += 1;
      this.#failedRows += data.length;
      this.#note(first, data.length, answer.fault);
    }
  }

  result(): Scores {
    return {
      predictions: this.#predictions,
      latenciesMs: this.#latenciesMs,
      requests: this.#requests,
      failedRows: this.#failedRows,
      unreachableRows: this.#unreachableRows,
      faults: this.#faults,
    };
  }

  async #ask(body: string, rows: number): Promise<Answer> {
    for (const wait of [...this.#retryDelaysMs, null]) {
      const answer = await this.#askOnce(body, rows);
      if (wait === null || !answer.again) return answer;
      await delay(wait, undefined, { signal: this.#signal });
    }
    throw new Error('unreachable');
  }

  async #askOnce(body: string, rows: number): Promise<Answer> {
    const limit = AbortSignal.timeout(REQUEST_LIMIT_MS);
    this.#requests += 1;
    try {
      const answer = await this.#predict(body, this.#signal ? AbortSignal.any([this.#signal, limit]) : limit);
      this.#latenciesMs.push(answer.ms);
      return readAnswer(answer, rows);
    } catch (error) {
      this.#signal?.throwIfAborted();
      const fault = `no answer: ${error instanceof Error ? error.message : String(error)}`;
      return { kind: 'unreachable', again: true, fault };
    }
  }

  #note(first: number, count: number, fault: string): void {
    const where = count === 1 ? `row ${first + 1}` : `rows ${first + 1} to ${first + count}`;
    if (this.#faults.length < FAULTS_SHOWN) this.#faults.push(`${where}: ${fault}`);
  }
}

type Answer = { readonly again?: boolean } & (
  | { readonly kind: 'predictions'; readonly predictions: readonly Prediction[] }
  | { readonly kind: 'failed' | 'unreachable'; readonly fault: string }
);

function readAnswer({ status, body }: { status: number; body: string }, rows: number): Answer {
  if (status >= 400) {
    const fault = `HTTP ${status}: ${errorMessage(body)}`;
    return { kind: 'failed', again: BUSY.has(status), fault };
  }
  try {
    return { kind: 'predictions', predictions: readPredictions(body, rows) };
  } catch (error) {
    return { kind: 'failed', fault: error instanceof Error ? error.message : String(error) };
  }
}

/** MLflow's own message, without the stack trace that it sends along. */
function errorMessage(body: string): string {
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body;
  return message.slice(0, 200);
}
