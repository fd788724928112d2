import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { asStoreError, StoreUnreachable } from './unreachable.ts';

/** Runs one statement and returns its rows; @throws StoreUnreachable when the connection, not the statement, is at fault. */
export async function query<Row extends QueryResultRow>(
  on: Pool | PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  try {
    return (await on.query<Row>(text, [...values])).rows;
  } catch (error) {
    throw asStoreError(error);
  }
}

/** Runs `work` in one transaction, which is rolled back when it throws. @throws StoreUnreachable */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  // A connection that breaks between two statements says so by event, which ends the process when nobody listens.
  let unusable = false;
  const onError = (): void => void (unusable = true);
  client.on('error', onError);
  try {
    await query(client, 'BEGIN');
    const result = await work(client);
    await query(client, 'COMMIT');
    return result;
  } catch (error) {
    // Closing the connection rolls back too, and does not wait for an answer that may never come.
    if (error instanceof StoreUnreachable) unusable = true;
    else await query(client, 'ROLLBACK').catch(onError);
    throw error;
  } finally {
    client.off('error', onError);
    client.release(unusable);
  }
}

/** Waits until nobody else holds the lock of this name, and keeps it until the transaction ends. */
export async function lock(client: PoolClient, ...name: readonly string[]): Promise<void> {
  // A separator that no name contains, so that two lists of parts never read the same.
  await query(client, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name.join('\n')]);
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asStoreError(error);
  }
}
