import type { Pool } from 'pg';
import { readMigrations } from './migration-files.ts';
import { query } from './query.ts';
import { StoreMisconfigured } from './unreachable.ts';

const UNDEFINED_TABLE = '42P01';
const NOT_ALLOWED = '42501';

/**
 * Resolves when the database has exactly the migrations of this version of Slipway, read with the application's rights.
 *
 * @throws StoreMisconfigured, StoreUnreachable
 */
export async function assertMigrated(pool: Pool): Promise<void> {
  const files = await readMigrations();
  const applied = await appliedHashes(pool);
  if (applied.length > files.length)
    throw new StoreMisconfigured(`the database is at migration ${applied.length}, newer than this version of Slipway`);
  const stale = files.find((file, position) => applied[position] !== file.hash);
  if (stale) throw new StoreMisconfigured(`the database lacks migration ${stale.name}: run slipway setup`);
}

async function appliedHashes(pool: Pool): Promise<string[]> {
  try {
    const rows = await query<{ hash: string }>(pool, 'SELECT hash FROM slipway.migrations ORDER BY number');
    return rows.map((row) => row.hash);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === UNDEFINED_TABLE) return [];
    if (code === NOT_ALLOWED)
      throw new StoreMisconfigured(
        'this role may not use the schema slipway: run slipway setup with it as the application',
        {
          cause: error,
        },
      );
    throw error;
  }
}
