import type { Log } from './log.ts';
import { sentence } from './log.ts';

export interface CareFor {
  /** For messages. */
  readonly name: string;
  /** Once it has succeeded, the part keeps its own process running. */
  start(): Promise<void>;
  /** Tells the part what is desired now; rejects until it shows that. */
  tell(): Promise<void>;
  readonly log: Log;
}

/** Sees to it that one part runs and has what it was last told, however often that takes. */
export class Care {
  readonly #part: CareFor;
  #runs = false;
  #settled = false;
  #tellings = 0;
  #fault: string | null = null;

  constructor(part: CareFor) {
    this.#part = part;
  }

  /** Why the part is not as it should be; `null` when it is. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Does what is still to be done; never rejects. */
  async look(): Promise<void> {
    try {
      if (!this.#runs) await this.#part.start();
      this.#runs = true;
      if (!this.#settled) await this.tell();
      this.#fault = null;
    } catch (error) {
      this.#complain(sentence(error));
    }
  }

  async tell(): Promise<void> {
    this.#settled = false;
    const telling = ++this.#tellings;
    await this.#part.tell();
    // Told something newer meanwhile, it is that which counts.
    if (telling === this.#tellings) this.#settled = true;
  }

  /** A fault that lasts is logged once. */
  #complain(fault: string): void {
    if (fault !== this.#fault) this.#part.log('error', `${this.#part.name} is not as it should be`, { reason: fault });
    this.#fault = fault;
  }
}
