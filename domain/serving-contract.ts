import type { Comparison } from './comparison.ts';
import type { Fence } from './fence.ts';
import type { Runtime } from './model-version.ts';
import type { NamedProfile } from './profile.ts';
import type { Route } from './route.ts';

/**
 * The HTTP contract between the local target's adapter and the serving host. All bodies are JSON, all calls but
 * `GET /healthz` carry `Authorization: Bearer <token>`; every refusal is a {@link Refusal}.
 *
 * What changes an endpoint may carry {@link FENCE_HEADER}: whoever holds the newest fence owns the endpoint, and is the
 * only one who may change it. An older one is refused with 409 `stale_fence` and changes nothing; without the header, as
 * from a person's `curl`, a change is granted.
 *
 *   GET    /healthz                                       → HostHealth
 *   GET    /metrics                                       → text/plain         (for Prometheus; see metrics/serving.ts)
 *   GET    /endpoints                                     → EndpointStatus[]
 *   PUT    /endpoints/:endpoint            EndpointSettings → EndpointStatus   (creates or changes; idempotent)
 *   GET    /endpoints/:endpoint                           → EndpointStatus
 *   PUT    /endpoints/:endpoint/versions/:key  EnsureVersion → VersionStatus   (idempotent; returns at once. A failure is
 *                                                           told once; the next PUT, or one of anything else, tries again)
 *   GET    /endpoints/:endpoint/versions/:key             → VersionStatus
 *   PUT    /endpoints/:endpoint/versions/:key/profile  VersionProfile → 204  (what is normal of its inputs and answers)
 *   DELETE /endpoints/:endpoint/versions/:key             → 204; 409 `in_use` while a route names it
 *   GET    /endpoints/:endpoint/versions/:key/logs?lines= → text/plain
 *   PUT    /endpoints/:endpoint/route          PutRoute   → RouteReading; 409 `stale_fence` with the current reading
 *   GET    /endpoints/:endpoint/route                     → RouteReading
 *   GET    /endpoints/:endpoint/traffic                   → TrafficReading
 *   DELETE /endpoints/:endpoint/users/:user               → { deleted: number }  (predictions of one user)
 *   POST   /outcomes                           Outcome[]  → OutcomesAccepted
 *   POST   /shutdown                                      → 202; ends the host and everything that it started
 */
export const FENCE_HEADER = 'x-slipway-fence';

export interface EndpointSettings {
  readonly model: string;
  /** Longest time a prediction may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether a prediction may be sent again (to stable) when its version does not answer. */
  readonly retry: boolean;
  /** Length of a gate batch, in milliseconds. */
  readonly batchMs: number;
  readonly capture: CaptureSettings;
}

/** Longest time from a request's last byte to its answer, in milliseconds: a version that rescues has as long again. */
export function longestMs(settings: Pick<EndpointSettings, 'timeoutMs' | 'retry'>, mayBeRescued: boolean): number {
  const { timeoutMs, retry } = settings;
  return retry && mayBeRescued ? 2 * timeoutMs : timeoutMs;
}

export interface CaptureSettings {
  /** Share of predictions whose bodies are kept, 0 to 1; counts always cover all. */
  readonly sample: number;
  /** Fields that are blanked out of recorded inputs. */
  readonly redact: readonly string[];
  readonly retentionDays: number;
  /** Header that names the user, for deletion and for per-user sums. */
  readonly userHeader: string | null;
  /** Cookie that names the user, where no header does. */
  readonly userCookie?: string;
  /** How far two numeric predictions may differ and still agree, relative to the served one. */
  readonly tolerance: number;
  /** During an A/B test: how long a user's rewards count, from its first request in the test. */
  readonly rewardWindowMs?: number;
  /** How answers of two versions are compared otherwise; absent: they have to be equal. */
  readonly comparison?: Comparison;
}

export interface EnsureVersion {
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  /** `models:/name/7` or a folder on the host. */
  readonly source: string;
  readonly runtime: Runtime;
}

/** While the version is stable, its inputs and answers are counted by the bins of its profile. */
export type VersionProfile = NamedProfile;

export type VersionState = 'downloading' | 'starting' | 'ready' | 'unhealthy' | 'failed';

export interface VersionStatus {
  readonly key: string;
  readonly state: VersionState;
  /** One sentence: what it is waiting for, or why it failed. */
  readonly detail: string;
  /** `http://127.0.0.1:port` of the model server itself, once it runs; for scoring without traffic. */
  readonly address: string | null;
  /** Path of a prediction on that address and behind the gateway. */
  readonly predictPath: string;
  readonly pid: number | null;
  readonly restarts: number;
  /** Resident memory of the server's process group. */
  readonly memoryBytes: number | null;
  readonly startedAt: string | null;
}

export interface PutRoute {
  readonly fence: Fence;
  readonly route: Route;
  /** Rollout and step, for people who read Envoy's `config_dump`: `local.digits.4/canary-10`. */
  readonly label: string;
}

export interface RouteReading {
  readonly fence: Fence;
  /** What the host was last told, and what Envoy's `config_dump` shows; `null` while Envoy does not answer. */
  readonly desired: Route;
  readonly programmed: { readonly fence: Fence; readonly route: Route } | null;
  readonly label: string;
  /** Why the change that this answers is not in force yet; absent when it is, and where nothing was changed. */
  readonly fault?: string;
}

/** Requests sent to each version since Envoy started, from Envoy's own counters. */
export interface TrafficReading {
  readonly at: string;
  /** Changes when Envoy restarts, and the counters begin at zero again. */
  readonly since: string;
  readonly versions: Readonly<Record<string, { readonly requests: number; readonly active: number }>>;
}

export interface EndpointStatus {
  readonly endpoint: string;
  readonly settings: EndpointSettings;
  readonly route: RouteReading;
  /** The newest fence that anything here was changed under; absent from hosts of earlier releases. */
  readonly claimed?: Fence;
  readonly versions: readonly VersionStatus[];
  /** Where clients send predictions: `http://127.0.0.1:port/<endpoint>`. */
  readonly url: string;
}

export interface HostHealth {
  readonly status: 'ok' | 'degraded';
  readonly parts: Readonly<Record<'envoy' | 'capture' | 'store', { readonly ok: boolean; readonly detail: string }>>;
  readonly gateway: string;
  readonly pid: number;
  readonly memoryBytes: { readonly host: number; readonly capture: number | null; readonly envoy: number | null };
}

/** A label for one row of one prediction, what it brought, or both. */
export interface Outcome {
  readonly endpoint: string;
  readonly requestId: string;
  readonly row?: number;
  readonly label?: string | number | boolean;
  /** ISO 8601: when the truth was known. Of two labels for one prediction the later truth stands. */
  readonly at?: string;
  /** By name; the first value stands. They count for the user who asked, during an A/B test. */
  readonly rewards?: Readonly<Record<string, number>>;
}

export interface OutcomesAccepted {
  /** Labels of predictions that had none. */
  readonly accepted: number;
  /** Already known, or older than the label that is. */
  readonly repeated: number;
  /** Another label than the one before, which it takes the place of; a gate counts the one that it saw first. */
  readonly revised: number;
  /** Of all these, those whose id no prediction has; kept for {@link UNKNOWN_LABEL_DAYS}, should it come. */
  readonly unknown: number;
  /** Rewards that were new; absent where none were told. */
  readonly rewards?: number;
}

/** Days that a label waits for a prediction of its id. */
export const UNKNOWN_LABEL_DAYS = 7;

export interface Refusal {
  readonly error:
    | 'unauthorized'
    | 'not_found'
    | 'invalid'
    | 'stale_fence'
    | 'conflict'
    | 'in_use'
    | 'not_ready'
    | 'unavailable'
    | 'internal';
  readonly message: string;
  /** With `stale_fence`: what is in force. */
  readonly current?: RouteReading;
}
