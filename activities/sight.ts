import { formatDuration } from '../domain/duration.ts';
import type { Outage, WatchReport } from '../domain/watch.ts';

/** Not every hiccup is worth a word, and not every word a call: milliseconds of blindness until each. */
const SHOWN_AFTER_MS = 10_000;
const TOLD_AFTER_MS = 60_000;

/** Most outages that one watch remembers; a soak's window sees none as a rule. */
const REMEMBERED = 20;

export interface SightChange extends Outage {
  readonly event: 'evidence_lost' | 'evidence_back';
}

/** Whether a watch can see: since when it cannot, and when people are told. */
export class Sight {
  readonly #tell: (change: SightChange) => void;
  #lastSeen: number;
  #outages: readonly Outage[];
  #error: Error | null = null;
  #told = false;

  /** @param heard what an earlier attempt knew: blindness does not begin again with each */
  constructor(
    now: number,
    tell: (change: SightChange) => void,
    heard: Omit<WatchReport['watch'], 'afterIndex'> | null,
  ) {
    this.#tell = tell;
    this.#lastSeen = heard ? Math.min(now, Date.parse(heard.lastSeen)) : now;
    this.#outages = heard?.outages ?? [];
  }

  blindMs(now: number): number {
    return this.#error ? now - this.#lastSeen : 0;
  }

  /** Blind for so long that the gate's last word should not be shown as its present one. */
  isLost(now: number): boolean {
    return this.blindMs(now) >= SHOWN_AFTER_MS;
  }

  words(now: number): string {
    return `the evidence store has not answered for ${formatDuration(this.blindMs(now))}: ${this.#error?.message ?? ''}`;
  }

  missed(now: number, error: Error): void {
    this.#error = error;
    if (this.#told || this.blindMs(now) < TOLD_AFTER_MS) return;
    this.#told = true;
    const before = this.#open();
    const outage = before ?? { from: new Date(this.#lastSeen).toISOString(), to: null, detail: this.words(now) };
    if (!before) this.#outages = [...this.#outages, outage].slice(-REMEMBERED);
    // Told again where an earlier attempt may have: the receiver knows the delivery by its id.
    this.#tell({ ...outage, event: 'evidence_lost' });
  }

  regained(now: number): void {
    this.#error = null;
    this.#told = false;
    this.#lastSeen = now;
    const open = this.#open();
    if (!open) return;
    const closed = { ...open, to: new Date(now).toISOString() };
    this.#outages = [...this.#outages.slice(0, -1), closed];
    this.#tell({ ...closed, event: 'evidence_back' });
  }

  report(): Omit<WatchReport['watch'], 'afterIndex'> {
    return { lastSeen: new Date(this.#lastSeen).toISOString(), outages: this.#outages };
  }

  #open(): Outage | null {
    const last = this.#outages.at(-1);
    return last?.to === null ? last : null;
  }
}
