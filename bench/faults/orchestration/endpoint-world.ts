import { compareFences, NO_FENCE, type Fence } from '../../../domain/fence.ts';
import type { LedgerEntry } from '../../../domain/ledger-entry.ts';
import type { PinnedVersion } from '../../../domain/model-version.ts';
import { sameRoute, wholeRoute, type Route } from '../../../domain/route.ts';
import type { RouteReading } from '../../../domain/serving-contract.ts';

/** A route that was in force, and under whose right. */
export interface Shift {
  readonly fence: Fence;
  readonly route: Route;
  readonly label: string;
}

/** A change that came too late and was refused. */
export class Refused extends Error {
  readonly reading: RouteReading;
  constructor(reading: RouteReading) {
    super('a newer fence is in force');
    this.reading = reading;
  }
}

/**
 * One endpoint, its registry alias and its ledger, with the promises of the real parts and nothing else: fenced routes,
 * repeatable calls, one row a key. It outlives every worker of the campaign, so a late write meets what came after it.
 */
export class EndpointWorld {
  readonly stable: PinnedVersion;
  alias: string | null;
  route: Route;
  fence: Fence = NO_FENCE;
  readonly deployed = new Set<string>();
  readonly ledger: LedgerEntry[] = [];
  /** Every route that came into force, oldest first. */
  readonly shifts: Shift[] = [];
  readonly notices: string[] = [];
  /** Changes that were refused as late. */
  refused = 0;
  /** Moments at which a client's request would have found no server behind the route. */
  lostRequests = 0;
  #label = 'before';
  readonly #epochs = new Map<string, number>();
  readonly #retiredAt = new Map<string, Fence>();

  constructor(stable: PinnedVersion) {
    this.stable = stable;
    this.route = wholeRoute(stable.key);
    this.alias = stable.version;
    this.deployed.add(stable.key);
  }

  get reading(): RouteReading {
    const { fence, route } = this;
    return { fence, desired: route, programmed: { fence, route }, label: this.#label };
  }

  setRoute(fence: Fence, route: Route, label: string): RouteReading {
    const order = compareFences(fence, this.fence);
    if (order < 0 || (order === 0 && !sameRoute(route, this.route))) return this.#refuse();
    if (order > 0) {
      this.shifts.push({ fence, route, label });
      Object.assign(this, { fence, route });
      this.#label = label;
      this.#ask();
    }
    return this.reading;
  }

  /** A version that was taken away stays away from whoever asks under an older right. */
  deploy(key: string, fence: Fence): void {
    const retired = this.#retiredAt.get(key);
    if (retired && compareFences(fence, retired) <= 0) this.#refuse();
    this.deployed.add(key);
  }

  /** False while the route names it. */
  retire(key: string): boolean {
    if (this.route.arms.some(({ version }) => version === key)) return false;
    this.deployed.delete(key);
    this.#retiredAt.set(key, this.fence);
    this.#ask();
    return true;
  }

  /** The alias follows the route that was set under `fence`, and no later one. */
  setAlias(version: string | null, fence: Fence | null): void {
    if (fence && compareFences(fence, this.fence) < 0) this.#refuse();
    this.alias = version;
  }

  append(entries: readonly LedgerEntry[]): void {
    const known = new Set(this.ledger.map(({ key }) => key));
    this.ledger.push(...entries.filter(({ key }) => !known.has(key)));
  }

  /** The same epoch for the same rollout, however often it asks. */
  epochOf(rolloutKey: string): number {
    const epoch = this.#epochs.get(rolloutKey) ?? this.#epochs.size + 1;
    this.#epochs.set(rolloutKey, epoch);
    return epoch;
  }

  #refuse(): never {
    this.refused += 1;
    throw new Refused(this.reading);
  }

  /** What a client would meet just now. */
  #ask(): void {
    const answers =
      this.route.arms.length > 0 &&
      this.route.arms.every(({ weight, version }) => weight === 0 || this.deployed.has(version));
    if (!answers) this.lostRequests += 1;
  }
}
