import type { DesiredEndpoint, VersionAddress } from '../data-plane.ts';
import type { EndpointRecord, VersionRecord } from './records.ts';
import type {
  EndpointSettings,
  EndpointStatus,
  EnsureVersion,
  PutRoute,
  RouteReading,
  VersionProfile,
  VersionStatus,
} from '../../domain/serving-contract.ts';
import type { Log } from './log.ts';
import type { VersionHome } from './served-version.ts';
import { checkPins } from './check-pins.ts';
import { compareFences, formatFence, newerFence, NO_FENCE, type Fence } from '../../domain/fence.ts';
import { EMPTY_ROUTE, routeFaults, sameRoute, versionsOf, type Route } from '../../domain/route.ts';
import { isDeepStrictEqual } from 'node:util';
import { isToGetMore, notReady } from './not-ready.ts';
import { Refused } from './refusal.ts';
import { sentence } from './log.ts';
import { Serial } from './serial.ts';
import { ServedVersion } from './served-version.ts';

/** What an endpoint needs of the host. */
export interface EndpointHome {
  readonly gateway: string;
  readonly log: Log;
  /** @param urgent a way back, which must get through when the disk is full */
  write(record: EndpointRecord, urgent?: boolean): Promise<void>;
  versionHome(endpoint: string, key: string): Omit<VersionHome, 'save' | 'moved' | 'replaced' | 'profiled'>;
  /** Resolves once the data plane shows what is desired now. */
  converge(): Promise<void>;
  /** Tells capture alone: what the proxy has to know is as before. */
  tellCapture(): void;
  programmed(endpoint: string): Promise<RouteReading['programmed']>;
  memory(): Promise<ReadonlyMap<number, number>>;
  /** Clears away the files of a version that has left this endpoint. */
  forget(endpoint: string, key: string): Promise<void>;
}

/** What a change of settings or route decides on. */
type Settled = Omit<EndpointRecord, 'versions'>;

/** One endpoint: its route under its fence, and its versions. Every change is on disk before it takes effect. */
export class Endpoint {
  readonly name: string;
  readonly #home: EndpointHome;
  readonly #versions = new Map<string, ServedVersion>();
  /** Deploying and retiring one version take turns; the latter may take its server's whole grace time. */
  readonly #deployments = new Map<string, Serial>();
  /** Writes to disk, one after another; nothing slow may stand in this line, for an abort waits in it. */
  readonly #writes = new Serial();
  #state: Settled;
  #pendingSave: Promise<void> | null = null;

  constructor({ versions, ...state }: EndpointRecord, home: EndpointHome) {
    this.name = state.endpoint;
    this.#state = state;
    this.#home = home;
    for (const record of versions) this.#add(record);
  }

  /** An endpoint that has no versions yet and answers 503. */
  static create(endpoint: string, settings: EndpointSettings, home: EndpointHome): Endpoint {
    const nothing = { fence: NO_FENCE, route: EMPTY_ROUTE, label: '', versions: [] };
    return new Endpoint({ endpoint, settings, ...nothing }, home);
  }

  get versions(): readonly ServedVersion[] {
    return [...this.#versions.values()];
  }

  has(key: string): boolean {
    return this.#versions.has(key);
  }

  desired(): DesiredEndpoint {
    const running = this.versions.flatMap((version) =>
      version.address === null
        ? []
        : [
            {
              key: version.record.key,
              port: version.address,
              predictPath: version.predictPath,
              ...optionalsOf(version),
            },
          ],
    );
    return { ...this.#state, versions: running };
  }

  async reading(): Promise<RouteReading> {
    const { fence, route, label } = this.#state;
    return { fence, desired: route, programmed: await this.#home.programmed(this.name), label };
  }

  async status(): Promise<EndpointStatus> {
    const memory = await this.#home.memory();
    return {
      endpoint: this.name,
      settings: this.#state.settings,
      route: await this.reading(),
      claimed: claimedIn(this.#state),
      versions: this.versions.map((version) => version.status(memory)),
      url: `${this.#home.gateway}/${this.name}`,
    };
  }

  async version(key: string): Promise<VersionStatus> {
    return this.#version(key).status(await this.#home.memory());
  }

  /** Changes the settings; `stored` is called once they are on disk, before the data plane is told. */
  async putSettings(settings: EndpointSettings, fence: Fence | null, stored: () => void): Promise<void> {
    const { model } = settings;
    await this.#claim(fence, (held) => {
      if (model === held.settings.model || this.#versions.size === 0) return { settings };
      throw new Refused('conflict', `${this.name} has versions of the model ${held.settings.model}; retire them first`);
    });
    stored();
    await this.#tryToConverge();
  }

  /** Changes the route if nothing newer is in force; see {@link PutRoute}. The path of every abort: nothing slow here. */
  async putRoute({ fence, route, label }: PutRoute): Promise<RouteReading> {
    const faults = routeFaults(route);
    if (faults.length > 0) throw new Refused('invalid', `route: ${faults.join('; ')}`);
    // Outside the line of writes: a server that hangs keeps nobody else waiting.
    const silent = await this.#silent(route);
    const fault = await this.#put((held) => {
      const order = compareFences(fence, held.fence);
      const newest = claimedIn(held);
      if (compareFences(fence, newest) < 0) return older(fence, newest);
      if (order === 0 && sameRoute(route, held.route)) return {};
      if (order === 0) return `another route is in force under the same fence ${formatFence(fence)}`;
      const unready = [
        ...notReady(held.route, route, this.#versions),
        ...silent.flatMap(({ key, why }) =>
          isToGetMore(held.route, route, key) ? [`${key} does not answer: ${why}`] : [],
        ),
      ];
      if (unready.length > 0) throw new Refused('not_ready', unready.join('; '));
      return { fence, route, label };
    });
    if (fault !== null) throw new Refused('stale_fence', fault, await this.reading());
    this.#home.log('info', 'route accepted', { endpoint: this.name, fence: formatFence(fence), label });
    const unprogrammed = await this.#tryToConverge();
    return { ...(await this.reading()), ...(unprogrammed !== null && { fault: unprogrammed }) };
  }

  async ensureVersion(key: string, wanted: EnsureVersion, fence: Fence | null = null): Promise<VersionStatus> {
    checkPins(this.name, this.#state.settings, key, wanted);
    await this.#turnOf(key).run(async () => {
      await this.#claim(fence);
      await this.#ensure(key, wanted);
    });
    return this.version(key);
  }

  /** Keeps the profile of a version that is here, whatever its state. */
  async putProfile(key: string, profile: VersionProfile): Promise<void> {
    await this.#version(key).keepProfile(profile);
  }

  /** Ends a version that no route names, and succeeds when there is none. */
  async retire(key: string, fence: Fence | null = null): Promise<void> {
    await this.#turnOf(key).run(async () => {
      // Also where it is gone: an older attempt that asks for it must not bring it back.
      await this.#claim(fence);
      const version = this.#versions.get(key);
      if (!version) return;
      await this.#withdraw(key, version);
      await this.#tryToConverge(); // the proxy lets go of the server before it ends
      await version.stop();
      await this.#home.forget(this.name, key);
    });
  }

  /** Versions that would get more traffic and do not answer now: the last health check may be older than their trouble. */
  async #silent(next: Route): Promise<{ key: string; why: string }[]> {
    const { route, settings } = this.#state;
    const more = this.versions.filter(
      ({ state, record: { key } }) => state === 'ready' && isToGetMore(route, next, key),
    );
    const looks = more.map(async (version) => {
      const why = await version.look(settings.timeoutMs);
      return why === null ? [] : [{ key: version.record.key, why }];
    });
    return (await Promise.all(looks)).flat();
  }

  #turnOf(key: string): Serial {
    const turn = this.#deployments.get(key) ?? new Serial();
    this.#deployments.set(key, turn);
    return turn;
  }

  #version(key: string): ServedVersion {
    const version = this.#versions.get(key);
    if (!version) throw new Refused('not_found', `endpoint ${this.name} has no version ${key}`);
    return version;
  }

  async #ensure(key: string, wanted: EnsureVersion): Promise<void> {
    const present = this.#versions.get(key);
    if (!present) return this.#deploy(key, wanted);
    const isAsBefore = isDeepStrictEqual(present.record.wanted, wanted);
    if (present.state === 'failed') return isAsBefore && present.hasNewFailure() ? undefined : present.retry(wanted);
    if (!isDeepStrictEqual(present.record.wanted.runtime, wanted.runtime))
      throw new Refused('conflict', `${key} is deployed with another runtime; retire it first`);
  }

  async #deploy(key: string, wanted: EnsureVersion): Promise<void> {
    const fresh = { process: null, port: null, everReady: false, restarts: 0, startedAt: null, failure: null };
    const version = this.#add({ key, wanted, ...fresh });
    try {
      await this.#put(() => ({}));
    } catch (error) {
      this.#versions.delete(key);
      throw error;
    }
    void version.start();
  }

  async #withdraw(key: string, version: ServedVersion): Promise<void> {
    try {
      await this.#put(({ route, label }) => {
        if (versionsOf(route).includes(key)) throw new Refused('in_use', `${key} is part of the route ${label}`);
        this.#versions.delete(key);
        return {};
      });
    } catch (error) {
      this.#versions.set(key, version);
      throw error;
    }
  }

  #add(record: VersionRecord): ServedVersion {
    const version = new ServedVersion(record, {
      ...this.#home.versionHome(this.name, record.key),
      save: () => this.#save(),
      moved: () => void this.#tryToConverge(),
      replaced: () => this.#home.tellCapture(),
      profiled: () => this.#home.tellCapture(),
    });
    this.#versions.set(record.key, version);
    return version;
  }

  /** A change by whoever holds the newest fence, which then counts for all that come later; anyone's where there is none. */
  async #claim(fence: Fence | null, decide?: (held: Settled) => Partial<Settled>): Promise<void> {
    if (!fence && !decide) return;
    const fault = await this.#put((held) => {
      const newest = claimedIn(held);
      if (fence && compareFences(fence, newest) < 0) return older(fence, newest);
      const change = decide?.(held) ?? {};
      return fence && compareFences(fence, newest) > 0 ? { ...change, claimed: fence } : change;
    });
    if (fault !== null) throw new Refused('stale_fence', fault, await this.reading());
  }

  /**
   * Compare and swap: decides on what is in force, puts the change on disk, then lets it count. Returns a refusal as given.
   */
  #put(decide: (held: Settled) => Partial<Settled> | string): Promise<string | null> {
    return this.#writes.run(async () => {
      const change = decide(this.#state);
      if (typeof change === 'string') return change;
      await this.#home.write({ ...this.#record(), ...change }, isWayBack(this.#state.route, change.route));
      this.#state = { ...this.#state, ...change };
      return null;
    });
  }

  /** Puts the versions' news on disk; a wish that waits already will carry this one too. */
  #save(): Promise<void> {
    this.#pendingSave ??= this.#writes
      .run(() => {
        this.#pendingSave = null;
        return this.#home.write(this.#record());
      })
      .catch((error: unknown) =>
        this.#home.log('error', 'state not written', { endpoint: this.name, reason: sentence(error) }),
      );
    return this.#pendingSave;
  }

  #record(): EndpointRecord {
    return { ...this.#state, versions: this.versions.map((version) => version.record) };
  }

  /** Why the data plane is not as it should be now; `null` when it is. */
  async #tryToConverge(): Promise<string | null> {
    try {
      await this.#home.converge();
      return null;
    } catch (error) {
      // The supervisor goes on trying; the reading tells the caller what is programmed meanwhile.
      const reason = sentence(error);
      this.#home.log('error', 'route not programmed', { endpoint: this.name, reason });
      return reason;
    }
  }
}

/** All traffic to the version that answers for the others already. */
function isWayBack({ arms: [first] }: Route, next: Route | undefined): boolean {
  return first !== undefined && next?.arms.length === 1 && next.arms[0]?.version === first.version;
}

function claimedIn({ fence, claimed = NO_FENCE }: Settled): Fence {
  return newerFence(fence, claimed);
}

function older(fence: Fence, newest: Fence): string {
  return `the fence ${formatFence(fence)} is older than ${formatFence(newest)}`;
}

function optionalsOf({ record: { process, profile } }: ServedVersion): Pick<VersionAddress, 'process' | 'profile'> {
  return { ...(process && { process }), ...(profile && { profile }) };
}
