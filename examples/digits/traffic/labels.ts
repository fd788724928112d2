import type { Outcome } from '../../../domain/serving-contract.ts';
import { loopbackUrl } from './post.ts';

export interface LabelOptions {
  /** The serving host's API, `http://127.0.0.1:8470`. */
  readonly url: string;
  readonly token: string;
  /** How long after the answer its label becomes known, in milliseconds; default 3000. */
  readonly delayMs?: number;
}

const EVERY_MS = 1_000;
const MOST_AT_ONCE = 500;
const MOST_WAITING = 50_000;

/** Sends true labels some seconds late and in batches, as they come in real life; keeps those that were not taken. */
export class Labels {
  readonly #url: URL;
  readonly #token: string;
  readonly #delayMs: number;
  readonly #waiting: { readonly outcome: Outcome; readonly due: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #sent = 0;
  #lost = 0;

  constructor({ url, token, delayMs = 3_000 }: LabelOptions) {
    this.#url = loopbackUrl(url, 'outcomes');
    this.#token = token;
    this.#delayMs = delayMs;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sending = this.#sending.then(() => this.#flush(performance.now()));
    }, EVERY_MS);
  }

  add(outcome: Outcome): void {
    this.#waiting.push({ outcome, due: performance.now() + this.#delayMs });
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
  }

  /** Sends what still waits, due or not. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.#flush(Infinity);
  }

  counts(): { sent: number; waiting: number; lost: number } {
    return { sent: this.#sent, waiting: this.#waiting.length, lost: this.#lost };
  }

  async #flush(now: number): Promise<void> {
    for (;;) {
      const due = this.#waiting.slice(0, MOST_AT_ONCE).filter((label) => label.due <= now);
      if (due.length === 0 || !(await this.#post(due.map(({ outcome }) => outcome)))) return;
      this.#waiting.splice(0, due.length);
      this.#sent += due.length;
    }
  }

  async #post(outcomes: readonly Outcome[]): Promise<boolean> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(outcomes), signal: AbortSignal.timeout(5_000) };
    try {
      const response = await fetch(this.#url, init);
      await response.text();
      return response.ok;
    } catch {
      // The host restarts: the labels stay and go with the next round.
      return false;
    }
  }
}
