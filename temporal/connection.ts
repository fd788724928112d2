import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Connection } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';

const CONNECT_MS = 5_000;

/** Where Temporal is, by the ecosystem's own variables and file (`TEMPORAL_ADDRESS`, profiles, …). */
export function temporalConfig(): { connection: NativeConnectionOptions; namespace: string } {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connection: connectionOptions, namespace: namespace ?? 'default' };
}

/** A client's connection as the configuration describes it, to the given address where one is given. */
export async function connectTemporal(address?: string): Promise<Connection> {
  const { connection } = temporalConfig();
  const { address: configured, apiKey, tls, metadata } = connection;
  const target = address ?? configured;
  return Connection.connect({
    ...(target === undefined ? {} : { address: target }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
    ...(metadata === undefined ? {} : { metadata }),
    connectTimeout: CONNECT_MS,
  });
}
