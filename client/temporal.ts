import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

const CONNECT_MS = 5_000;

/** A connection as `TEMPORAL_*` and the Temporal configuration file describe it, to the given address. */
export async function connectTemporal(address: string | undefined): Promise<Connection> {
  const { connectionOptions } = loadClientConnectConfig();
  const { address: configured, apiKey, tls, metadata } = connectionOptions;
  const target = address ?? configured;
  return Connection.connect({
    ...(target === undefined ? {} : { address: target }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
    ...(metadata === undefined ? {} : { metadata }),
    connectTimeout: CONNECT_MS,
  });
}

/** Runs `work` on a connection that is closed afterwards. */
export async function withTemporal<T>(
  { temporal }: { readonly temporal: string },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectTemporal(temporal);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** `TEMPORAL_NAMESPACE`, or the configuration file's, else `default`. */
export function temporalNamespace(): string {
  return loadClientConnectConfig().namespace ?? 'default';
}
