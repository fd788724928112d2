import type { Capture, DataPlane } from '../data-plane.ts';
import type { Download } from './artifact.ts';
import type { EndpointHome } from './endpoint.ts';
import type { Fence } from '../../domain/fence.ts';
import type {
  EndpointSettings,
  EndpointStatus,
  HostHealth,
  Outcome,
  OutcomesAccepted,
  TrafficReading,
} from '../../domain/serving-contract.ts';
import type { Log } from './log.ts';
import type { OutcomeStore } from './outcome-store.ts';
import type { Timings } from './settings.ts';
import { ArtifactStore } from './artifact.ts';
import { Converger } from './converger.ts';
import { Endpoint } from './endpoint.ts';
import { endStrays } from './strays.ts';
import { groupMemory } from './process-table.ts';
import { join } from 'node:path';
import { readHealth } from './host-health.ts';
import { readMetrics } from './metrics/read-metrics.ts';
import { Refused } from './refusal.ts';
import { Reserve } from './reserve.ts';
import { removeLog, rotateLog } from './log-file.ts';
import { sentence } from './log.ts';
import { Serial } from './serial.ts';
import { StateStore } from './state-store.ts';
import { pause } from './backoff.ts';

const MEMORY_MAX_AGE_MS = 2_000;
const MEMORY_MIN_AGE_MS = 50;
const ROTATE_MS = 10_000;
// An adopted server that does not answer must not keep the others' route from being changed.
const LOOK_MS = 2_000;

export interface HostPorts {
  /** `$SLIPWAY_HOME/serving`. */
  readonly root: string;
  readonly python: string;
  readonly dataPlane: DataPlane;
  readonly capture: Capture;
  readonly outcomes: OutcomeStore;
  readonly download: Download;
  readonly timings: Timings;
  readonly log: Log;
}

/** The serving host: drives model servers, Envoy and capture, all of which go on without it. */
export class Host {
  readonly ports: HostPorts;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #creations = new Serial();
  readonly #reserve: Reserve;
  readonly #state: StateStore;
  readonly #artifacts: ArtifactStore;
  readonly #converger: Converger;
  readonly #stopping = new AbortController();
  #memory: { readonly at: number; readonly groups: ReadonlyMap<number, number> } = { at: 0, groups: new Map() };
  #measuring: Promise<ReadonlyMap<number, number>> | null = null;

  constructor(ports: HostPorts) {
    const { dataPlane, capture, log, root, timings } = ports;
    this.ports = ports;
    this.#reserve = new Reserve(join(root, 'reserve'));
    this.#state = new StateStore(join(root, 'state'), this.#reserve);
    this.#artifacts = new ArtifactStore(join(root, 'models'), ports.download);
    const desired = () => [...this.#endpoints.values()].map((endpoint) => endpoint.desired());
    this.#converger = new Converger({ dataPlane, capture, desired, intervalMs: timings.superviseMs, log });
  }

  /** Reads what is desired and where it runs, and touches nothing. */
  async load(): Promise<void> {
    for (const record of await this.#state.readAll())
      this.#endpoints.set(record.endpoint, new Endpoint(record, this.#homeOfEndpoints()));
  }

  /** Takes over what an earlier host left running, and starts what is missing. */
  async start(): Promise<void> {
    const versions = this.#versions();
    await this.#artifacts.removeAllBut(new Set(versions.map((version) => version.record.key)));
    endStrays(this.ports.root, versions, this.ports.log);
    const looks = Promise.all(versions.map((version) => version.start()));
    await Promise.all([this.#converger.start(), Promise.race([looks, pause(LOOK_MS, this.#stopping.signal)])]);
    await this.#reserve.fill();
    void this.#rotateLogs();
  }

  /** Lets go: model servers, Envoy and capture go on serving. */
  async leave(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#converger.stop(), ...this.#versions().map((version) => version.leave())]);
    await this.ports.outcomes.close();
  }

  /** Ends everything; what is desired stays on disk, and comes back with the next host. */
  async shutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#converger.stop();
    const { dataPlane, capture, outcomes } = this.ports;
    // Envoy first: better no answer than one from a half-stopped set of servers. Capture last: it takes Envoy's last log.
    await dataPlane.stop();
    await Promise.all(this.#versions().map((version) => version.stop()));
    endStrays(this.ports.root, [], this.ports.log);
    await capture.stop();
    await outcomes.close();
  }

  endpoint(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name);
    if (!endpoint) throw new Refused('not_found', `there is no endpoint ${name}`);
    return endpoint;
  }

  async statuses(): Promise<EndpointStatus[]> {
    return Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.status()));
  }

  async putEndpoint(name: string, settings: EndpointSettings, fence: Fence | null = null): Promise<EndpointStatus> {
    await this.#creations.run(async () => {
      const endpoint = this.#endpoints.get(name) ?? Endpoint.create(name, settings, this.#homeOfEndpoints());
      // Among the endpoints only once it is on disk; then it is told to the data plane.
      await endpoint.putSettings(settings, fence, () => this.#endpoints.set(name, endpoint));
    });
    return this.endpoint(name).status();
  }

  traffic(name: string): Promise<TrafficReading> {
    this.endpoint(name);
    return this.#orUnavailable(() => this.ports.dataPlane.traffic(name));
  }

  addOutcomes(outcomes: readonly Outcome[]): Promise<OutcomesAccepted> {
    const unknown = new Set(outcomes.map(({ endpoint }) => endpoint).filter((name) => !this.#endpoints.has(name)));
    if (unknown.size > 0) throw new Refused('not_found', `there is no endpoint ${[...unknown].join(', ')}`);
    return this.#orUnavailable(() => this.ports.outcomes.add(outcomes));
  }

  forgetUser(endpoint: string, user: string): Promise<number> {
    this.endpoint(endpoint);
    return this.#orUnavailable(() => this.ports.outcomes.forgetUser(endpoint, user));
  }

  logFile(endpoint: string, key: string): string {
    return join(this.ports.root, 'logs', `${endpoint}.${key}.log`);
  }

  health(): Promise<HostHealth> {
    return readHealth(this.ports, this.#converger.faults);
  }

  /** In Prometheus' text format; see domain/metrics/serving.ts. */
  async metrics(): Promise<string> {
    return readMetrics(this.ports, [...this.#endpoints.values()], await this.health());
  }

  #homeOfEndpoints(): EndpointHome {
    const { dataPlane, log, python, root, timings } = this.ports;
    return {
      gateway: dataPlane.gateway,
      log,
      write: (record, urgent) => this.#state.write(record, urgent),
      converge: () => this.#converger.converge(),
      tellCapture: () => this.#converger.tellCapture(),
      programmed: (endpoint) => dataPlane.programmed(endpoint),
      memory: () => this.#groupMemory(),
      forget: (endpoint, key) => this.#forget(endpoint, key),
      versionHome: (endpoint, key) => ({
        artifacts: this.#artifacts,
        python,
        owner: root,
        logFile: this.logFile(endpoint, key),
        timings,
        log: (level, event, fields) => log(level, event, { endpoint, ...fields }),
        takenPorts: () => this.#takenPorts(),
      }),
    };
  }

  #versions() {
    return [...this.#endpoints.values()].flatMap((endpoint) => endpoint.versions);
  }

  #takenPorts(): ReadonlySet<number> {
    return new Set(this.#versions().flatMap(({ record }) => (record.port === null ? [] : [record.port])));
  }

  /** A part that does not answer now may answer the caller's next try. */
  async #orUnavailable<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw new Refused('unavailable', sentence(error));
    }
  }

  async #forget(endpoint: string, key: string): Promise<void> {
    await removeLog(this.logFile(endpoint, key));
    await this.#artifacts.remove(key, () => [...this.#endpoints.values()].some((other) => other.has(key)));
  }

  /** One scan of the process table serves every status that is asked for meanwhile, unless a server is younger than it. */
  async #groupMemory(): Promise<ReadonlyMap<number, number>> {
    const { at, groups } = this.#memory;
    const isComplete = this.#versions().every(({ record }) => !record.process || groups.has(record.process.pid));
    if (Date.now() - at > (isComplete ? MEMORY_MAX_AGE_MS : MEMORY_MIN_AGE_MS))
      this.#memory = { at: Date.now(), groups: await this.#measureMemory() };
    return this.#memory.groups;
  }

  /** A list of endpoints asks once for all of them. */
  #measureMemory(): Promise<ReadonlyMap<number, number>> {
    this.#measuring ??= groupMemory().finally(() => (this.#measuring = null));
    return this.#measuring;
  }

  async #rotateLogs(): Promise<void> {
    while (!(await pause(ROTATE_MS, this.#stopping.signal))) {
      await this.#reserve.fill();
      for (const endpoint of this.#endpoints.values())
        for (const { record } of endpoint.versions)
          await rotateLog(this.logFile(endpoint.name, record.key)).catch((error: unknown) =>
            this.ports.log('warn', 'log not rotated', { key: record.key, reason: String(error) }),
          );
    }
  }
}
