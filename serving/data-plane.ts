import type { EndpointSettings, TrafficReading } from '../domain/serving-contract.ts';
import type { Fence } from '../domain/fence.ts';
import type { NamedProfile } from '../domain/profile.ts';
import type { Totals } from './capture/totals.ts';
import type { Route } from '../domain/route.ts';

/** Where a version's server listens. */
export interface VersionAddress {
  readonly key: string;
  readonly port: number;
  /** Path of a prediction on it. Where it is missing, the paths of the common protocols count as predictions. */
  readonly predictPath?: string;
  /** The server's process, whose resources are measured; missing while there is none. `started` as in host/process-table.ts. */
  readonly process?: { readonly pid: number; readonly started: string };
  /** What is normal of its inputs and answers; missing where its validation gave none. */
  readonly profile?: NamedProfile;
}

/** All that the data plane has to know of one endpoint. */
export interface DesiredEndpoint {
  readonly endpoint: string;
  readonly settings: EndpointSettings;
  readonly fence: Fence;
  readonly route: Route;
  readonly label: string;
  /** Every running version, in the route or not. */
  readonly versions: readonly VersionAddress[];
}

/** The part that carries predictions. It goes on serving when the host that drives it dies, and is adopted again. */
export interface DataPlane {
  /** Adopts the running proxy of an earlier host, or starts one; resolves once it answers. */
  start(): Promise<void>;
  /** Converges to the given endpoints; resolves once the proxy shows them, rejects with what it shows instead. */
  apply(endpoints: readonly DesiredEndpoint[]): Promise<void>;
  /** What the proxy has in force for an endpoint, read back from it; `null` when it does not answer or knows none. */
  programmed(endpoint: string): Promise<{ fence: Fence; route: Route } | null>;
  /** Requests each version of an endpoint was sent, counted by the proxy. */
  traffic(endpoint: string): Promise<TrafficReading>;
  /** The proxy's own metrics in Prometheus' text format; rejects when it does not answer. */
  metrics(): Promise<string>;
  /** Base URL of the gateway, without the endpoint's name. */
  readonly gateway: string;
  health(): Promise<{ ok: boolean; detail: string; memoryBytes: number | null }>;
  /** Ends the proxy; only `slipway down` asks for it. */
  stop(): Promise<void>;
}

export interface CaptureMetrics {
  readonly totals: Totals;
  readonly shed: number;
  readonly queuedRows: number;
  readonly queuedBatches: number;
  /** Age of the oldest batch that waits, in milliseconds; 0 when none does. */
  readonly lagMs: number;
}

/** The side channel that turns access logs into gate batches and predictions. Its death never touches a prediction. */
export interface Capture {
  start(): Promise<void>;
  /** Tells capture which address is which version, and each endpoint's settings. */
  configure(endpoints: readonly DesiredEndpoint[]): Promise<void>;
  health(): Promise<{ ok: boolean; detail: string; memoryBytes: number | null; shed: number }>;
  /** What it has counted since its process began; rejects when it does not answer. */
  metrics(): Promise<CaptureMetrics>;
  stop(): Promise<void>;
}
