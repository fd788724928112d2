import type { Capture, DataPlane, DesiredEndpoint } from '../data-plane.ts';
import type { Log } from './log.ts';
import { pause } from './backoff.ts';
import { sentence } from './log.ts';

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
  readonly #ports: ConvergerPorts;
  readonly #stopping = new AbortController();
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  // From a successful start on, each part keeps its own process running.
  #dataPlaneRuns = false;
  #captureRuns = false;
  #settled = false;
  #captureSettled = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(ports: ConvergerPorts) {
    this.#ports = ports;
  }

  /** Adopts or starts both parts; what cannot be started now is tried again for ever. */
  async start(): Promise<void> {
    await Promise.all([this.#startDataPlane(), this.#startCapture()]);
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
        this.#current = this.#apply();
        this.#next = null;
        return this.#current;
      });
    return this.#next;
  }

  async #apply(): Promise<void> {
    const desired = this.#ports.desired();
    void this.#configure(desired); // capture is told, never waited for: it must not hold up an abort
    this.#settled = false;
    await this.#ports.dataPlane.apply(desired);
    this.#settled = true;
  }

  async #configure(desired: readonly DesiredEndpoint[]): Promise<void> {
    this.#captureSettled = false;
    try {
      await this.#ports.capture.configure(desired);
      this.#captureSettled = true;
    } catch (error) {
      this.#ports.log('warn', 'capture does not take its settings', { reason: sentence(error) });
    }
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping;
    while (!(await pause(this.#ports.intervalMs, signal))) {
      await Promise.all([this.#lookAtDataPlane(), this.#lookAtCapture()]);
    }
  }

  async #lookAtDataPlane(): Promise<void> {
    if (!this.#dataPlaneRuns) await this.#startDataPlane();
    else if (!this.#settled) await this.#tryToConverge();
  }

  async #lookAtCapture(): Promise<void> {
    if (!this.#captureRuns) await this.#startCapture();
    else if (!this.#captureSettled) await this.#configure(this.#ports.desired());
  }

  async #startDataPlane(): Promise<void> {
    try {
      await this.#ports.dataPlane.start();
      this.#dataPlaneRuns = true;
    } catch (error) {
      this.#ports.log('error', 'the data plane does not start', { reason: sentence(error) });
      return;
    }
    await this.#tryToConverge();
  }

  async #startCapture(): Promise<void> {
    try {
      await this.#ports.capture.start();
      this.#captureRuns = true;
      await this.#configure(this.#ports.desired());
    } catch (error) {
      this.#ports.log('error', 'capture does not start', { reason: sentence(error) });
    }
  }

  async #tryToConverge(): Promise<void> {
    try {
      await this.converge();
    } catch (error) {
      this.#ports.log('error', 'the data plane does not show the desired routes', { reason: sentence(error) });
    }
  }
}
