import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Labels, type LabelOptions } from './labels.ts';
import { loopbackUrl, Poster, TimedOut } from './post.ts';
import { Tally, type TrafficStats } from './tally.ts';

export interface TrafficOptions {
  /** Base URL of the gateway, `http://127.0.0.1:8480`. */
  readonly gateway: string;
  /** Default `digits`. */
  readonly endpoint?: string;
  /** The `live.jsonl` that train.py wrote. */
  readonly rowsFile: string;
  /** Requests a second; default 40. */
  readonly rate?: number;
  /** Longest wait for an answer, in milliseconds; default 10,000, more than the endpoint's own limit. */
  readonly timeoutMs?: number;
  /** Where true labels go; none are sent when absent. */
  readonly labels?: LabelOptions;
}

interface Row {
  readonly features: readonly number[];
  readonly label: number;
}

const USERS = 200;
const TICK_MS = 10;
/** Requests open at a time; more would only hide that nothing answers. */
const MOST_OPEN = 256;

/** A steady stream of single predictions from many users, which goes on whatever becomes of the answers. */
export class Traffic {
  readonly #options: Required<Omit<TrafficOptions, 'labels' | 'gateway' | 'rowsFile'>> & { readonly url: URL };
  readonly #rows: readonly Row[];
  readonly #labels: Labels | null;
  readonly #poster = new Poster(MOST_OPEN);
  readonly #tally = new Tally();
  readonly #open = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: TrafficOptions, rows: readonly Row[]) {
    const { endpoint = 'digits', rate = 40, timeoutMs = 10_000, gateway, labels } = options;
    this.#options = { endpoint, rate, timeoutMs, url: loopbackUrl(gateway, `${endpoint}/invocations`) };
    this.#rows = rows;
    this.#labels = labels ? new Labels(labels) : null;
  }

  /** Reads the rows and begins to send. */
  static async start(options: TrafficOptions): Promise<Traffic> {
    const lines = (await readFile(options.rowsFile, 'utf8')).split('\n').filter((line) => line !== '');
    const traffic = new Traffic(
      options,
      lines.map((line) => JSON.parse(line) as Row),
    );
    traffic.#start();
    return traffic;
  }

  stats(): TrafficStats {
    return this.#tally.stats(this.#labels?.counts() ?? { sent: 0, waiting: 0, lost: 0 });
  }

  /** Waits for the answers that are still open, and sends the labels that still wait. */
  async stop(): Promise<TrafficStats> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#poster.close();
    await this.#labels?.stop();
    return this.stats();
  }

  #start(): void {
    const began = performance.now();
    let due = 0;
    this.#labels?.start();
    this.#timer = setInterval(() => {
      // By the clock, not by the tick: a late tick makes up for it, so the rate holds.
      const until = ((performance.now() - began) / 1_000) * this.#options.rate;
      for (; due < until; due += 1) this.#send(due);
    }, TICK_MS);
  }

  #send(number: number): void {
    const row = this.#rows[number % this.#rows.length];
    if (!row) return;
    if (this.#open.size >= MOST_OPEN) {
      this.#tally.skipped += 1;
      return;
    }
    const request = this.#ask(row, `user-${(number * 7919) % USERS}`).finally(() => this.#open.delete(request));
    this.#open.add(request);
  }

  async #ask({ features, label }: Row, user: string): Promise<void> {
    const { url, timeoutMs, endpoint } = this.#options;
    const requestId = randomUUID();
    const headers = { 'content-type': 'application/json', 'x-request-id': requestId, 'x-user-id': user };
    const sent = performance.now();
    this.#tally.sent += 1;
    try {
      const answer = await this.#poster.send({ url, headers, timeoutMs, body: JSON.stringify({ inputs: [features] }) });
      if (answer.status < 200 || answer.status > 299) {
        this.#tally.failure(`HTTP ${answer.status}`);
        return;
      }
      const right = predictionIn(answer.body) === label;
      this.#tally.answer(answer.version ?? 'unknown', right, performance.now() - sent);
      this.#labels?.add({ endpoint, requestId, label });
    } catch (error) {
      this.#tally.failure(error instanceof TimedOut ? 'timeout' : 'connection');
    }
  }
}

/** The one prediction in an answer; `undefined` when it cannot be read, which is never the label. */
function predictionIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { predictions?: unknown[] }).predictions?.[0];
  } catch {
    return undefined;
  }
}
