import type { Connection } from '@temporalio/client';
import { connectTemporal, temporalConfig } from '../temporal/connection.ts';

export { connectTemporal };

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
  return temporalConfig().namespace;
}
