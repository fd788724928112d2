import type { ServingReader } from '../serving.ts';
import type { TrafficReading } from '../../domain/serving-contract.ts';

/** How many readings back the share is taken from: half a minute at one a second. */
const WINDOW = 30;

/** Measures what share of an endpoint's requests a version really gets, from the counters of the data plane. */
export class Meter {
  readonly #serving: ServingReader;
  readonly #endpoint: string;
  #readings: TrafficReading[] = [];
  #weight: number | null = null;

  constructor(serving: ServingReader, endpoint: string) {
    this.#serving = serving;
    this.#endpoint = endpoint;
  }

  /**
   * Share of the last half minute's requests, or of those since the wanted weight changed; `null` when there were none,
   * or nothing answers.
   */
  async shareOf(version: string, weight: number | null): Promise<number | null> {
    const reading = await this.#serving.traffic(this.#endpoint).catch(() => null);
    if (!reading) return null;
    if (weight !== this.#weight) this.#readings = [];
    this.#weight = weight;
    // After a restart of Envoy its counters begin at zero.
    const same = this.#readings.filter(({ since }) => since === reading.since);
    this.#readings = [...same, reading].slice(-WINDOW);
    const [oldest] = this.#readings;
    return oldest ? shareBetween(oldest, reading, version) : null;
  }
}

export function shareBetween(before: TrafficReading, after: TrafficReading, version: string): number | null {
  const added = (key: string) => (after.versions[key]?.requests ?? 0) - (before.versions[key]?.requests ?? 0);
  const total = Object.keys(after.versions).reduce((sum, key) => sum + added(key), 0);
  return total > 0 ? added(version) / total : null;
}
