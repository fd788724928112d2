import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';

/** Where the worker finds Temporal, by the ecosystem's own variables (`TEMPORAL_ADDRESS`, profiles, …). */
export function temporalConfig(): { connection: NativeConnectionOptions; namespace: string } {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connection: connectionOptions, namespace: namespace ?? 'default' };
}
