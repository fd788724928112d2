// Node fires a longer timer at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One attempt's clock: aborts its signal when the time is up or when the caller's signal aborts. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  readonly #parent: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    this.#controller.abort(this.#parent?.reason);
  };
  #timer: NodeJS.Timeout | undefined;
  #expired = false;
  #ended = false;

  /** `timeoutMs` of Infinity, or above 24 days, sets no limit. */
  constructor(timeoutMs: number, parent: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#parent = parent;
    if (parent?.aborted) this.#onAbort();
    else parent?.addEventListener('abort', this.#onAbort, { once: true });
    this.start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True once the time, and not the caller, ended the attempt. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Gives the full time again; a stream, up or down, calls it for each chunk, so that only silence counts. */
  start(): void {
    this.pause();
    if (this.#ended || this.#timeoutMs > LONGEST_TIMER_MS) return;
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#controller.abort();
    }, this.#timeoutMs);
  }

  /** Stops the clock while the reader, not the server, takes its time. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    this.#ended = true;
    this.pause();
    this.#parent?.removeEventListener('abort', this.#onAbort);
  }
}
