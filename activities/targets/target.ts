import type {
  EndpointSettings,
  Refusal,
  RouteReading,
  TrafficReading,
  VersionProfile,
  VersionStatus,
} from '../../domain/serving-contract.ts';
import type { Fence } from '../../domain/fence.ts';
import type { PinnedVersion, Runtime } from '../../domain/model-version.ts';
import type { Route } from '../../domain/route.ts';

/** What a kind of target can do; preflight refuses a plan that asks for more. */
export interface Capabilities {
  /** Smallest change of weight, in parts per 10,000. */
  readonly weightGranularity: number;
  readonly mirror: boolean;
  readonly pairedAnswers: boolean;
  readonly sticky: boolean;
  /** Most versions that users can be split among at a time; 2 where absent. */
  readonly mostArms?: number;
  readonly runtimes: readonly Runtime['kind'][];
}

export interface EndpointReading {
  readonly route: RouteReading;
  /** The newest fence that anything here was changed under: at least the route's. */
  readonly claimed: Fence;
  readonly settings: EndpointSettings;
  readonly versions: readonly VersionStatus[];
  /** Where clients send predictions. */
  readonly url: string;
}

/**
 * A place where endpoints live. One implementation per kind; each passes the conformance suite in test/targets.
 *
 * Every change is made by the right of a fence; with an older one than the newest that the endpoint has seen it is refused
 * with {@link StaleFence} and changes nothing.
 */
export interface ServingTarget {
  capabilities(): Promise<Capabilities>;
  /** `null` for an endpoint the target has never heard of. */
  readEndpoint(endpoint: string, signal?: AbortSignal): Promise<EndpointReading | null>;
  /** Creates the endpoint or changes its settings; idempotent. */
  ensureEndpoint(endpoint: string, settings: EndpointSettings, fence?: Fence): Promise<void>;
  /** Asks for a server of this version; idempotent, returns its present state, `ready` once it answers. */
  ensureVersion(endpoint: string, version: PinnedVersion, runtime: Runtime, fence?: Fence): Promise<VersionStatus>;
  /**
   * Changes the route if the fence is not older than the one in force, and returns what is programmed then.
   *
   * @throws StaleFence when the target holds a newer fence, or the same with another route
   */
  setRoute(endpoint: string, fence: Fence, route: Route, label: string): Promise<RouteReading>;
  readTraffic(endpoint: string): Promise<TrafficReading>;
  /** The endpoints that live here, where a target can list them. */
  endpoints?(): Promise<readonly string[]>;
  /** Keeps what is normal of a version's inputs and answers, where a target counts them. */
  keepProfile?(endpoint: string, key: string, profile: VersionProfile): Promise<void>;
  /** Sends one prediction request to a version's own server, outside live traffic. */
  predict(
    status: VersionStatus,
    body: string,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: string; ms: number }>;
  /** Stops a version without traffic; succeeds when there is none. */
  retireVersion(endpoint: string, key: string, fence?: Fence): Promise<void>;
}

/** A newer fence is in force: this attempt or rollout has been superseded and must not try again. */
export class StaleFence extends Error {
  readonly current: RouteReading;
  constructor(current: RouteReading, message?: string) {
    super(message ?? `the endpoint is at fence ${current.fence.epoch}.${current.fence.sequence} (${current.label})`);
    this.name = 'StaleFence';
    this.current = current;
  }
}

/** The target answered that it will not, or cannot do it now. */
export class TargetRefusal extends Error {
  readonly code: Refusal['error'];
  constructor(code: Refusal['error'], message: string) {
    super(message);
    this.name = 'TargetRefusal';
    this.code = code;
  }
}
