import type { EndpointSettings, EnsureVersion } from '../../domain/serving-contract.ts';
import type { Fence } from '../../domain/fence.ts';
import type { NamedProfile } from '../../domain/profile.ts';
import type { ProcessRef } from './process-table.ts';
import type { Route } from '../../domain/route.ts';

/** What is on disk of one version: the wish, and how to find its server again. */
export interface VersionRecord {
  readonly key: string;
  readonly wanted: EnsureVersion;
  /** The last port that its server had; kept over restarts so that Envoy need not be told. */
  readonly port: number | null;
  readonly process: ProcessRef | null;
  /** Since it was last asked for. A version that was ready once is restarted for ever, any other is given up. */
  readonly everReady: boolean;
  readonly restarts: number;
  readonly startedAt: string | null;
  /** Why it was given up. */
  readonly failure: string | null;
  /** Absent where its validation gave none. */
  readonly profile?: NamedProfile;
}

/** What is on disk of one endpoint: `state/<endpoint>.json`. */
export interface EndpointRecord {
  readonly endpoint: string;
  readonly settings: EndpointSettings;
  readonly fence: Fence;
  /** The newest fence that settings or versions were changed under; absent where an earlier release wrote the record. */
  readonly claimed?: Fence;
  readonly route: Route;
  readonly label: string;
  readonly versions: readonly VersionRecord[];
}
