import type { Capture, DataPlane, DesiredEndpoint } from '../data-plane.ts';
import type { Log } from './log.ts';
import { Care } from './care.ts';
import { pause } from './backoff.ts';

export interface ConvergerPorts {
  readonly dataPlane: DataPlane;
  readonly capture: Capture;
  /** What ought to be in force now. */
  readonly desired: () => readonly DesiredEndpoint[];
  readonly intervalMs: number;
  readonly log: Log;
}

/** Brings Envoy and capture to what is desired, and goes on trying until they show it. */
export class Converger {
  readonly #dataPlane: Care;
  readonly #capture: Care;
  readonly #intervalMs: number;
  readonly #stopping = new AbortController();
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor({ dataPlane, capture, desired, intervalMs, log }: ConvergerPorts) {
    this.#intervalMs = intervalMs;
    this.#dataPlane = new Care({
      name: 'the data plane',
      start: () => dataPlane.start(),
      tell: () => dataPlane.apply(desired()),
      log,
    });
    this.#capture = new Care({
      name: 'capture',
      start: () => capture.start(),
      tell: () => capture.configure(desired()),
      log,
    });
  }

  /** What keeps each part from being as desired; `null` when nothing does. */
  get faults(): { readonly dataPlane: string | null; readonly capture: string | null } {
    return { dataPlane: this.#dataPlane.fault, capture: this.#capture.fault };
  }

  /** Adopts or starts both parts; what cannot be started now is tried again for ever. */
  async start(): Promise<void> {
    await this.#look();
    this.#loop = this.#supervise();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /**
   * Resolves once the proxy shows what was desired at this moment, or something later; rejects with what it shows instead.
   *
   * Calls that come while the proxy is being told share the next round, so that a burst of changes costs two of them.
   */
  converge(): Promise<void> {
    this.#next ??= this.#current
      .catch(() => undefined)
      .then(() => {
        this.#current = this.#tell();
        this.#next = null;
        return this.#current;
      });
    return this.#next;
  }

  /** Told, never waited for: capture must not hold up an abort. What it does not take now, it gets from the supervisor. */
  tellCapture(): void {
    this.#capture.tell().catch(() => undefined);
  }

  async #tell(): Promise<void> {
    this.tellCapture();
    await this.#dataPlane.tell();
  }

  async #supervise(): Promise<void> {
    while (!(await pause(this.#intervalMs, this.#stopping.signal))) await this.#look();
  }

  async #look(): Promise<void> {
    await Promise.all([this.#dataPlane.look(), this.#capture.look()]);
  }
}
