import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './paths.ts';
import { StackFault } from './part.ts';

/** What bringing the database up to date came to. */
export interface Migrated {
  /** Names of the migrations applied now; empty when there was nothing to do. */
  readonly applied: readonly string[];
  readonly version: number;
  /** What the operator should know, one sentence each. */
  readonly notes: readonly string[];
}

export interface DatabaseRoles {
  /** The role that workers log in as. */
  readonly database: string;
  /** The role that owns the schema; the workers' own when `null`. */
  readonly databaseOwner: string | null;
}

/**
 * Brings the database up to date, in a process of its own, because the store belongs to the worker's side.
 *
 * @throws StackFault with what the database said
 */
export async function migrateDatabase(
  { database, databaseOwner }: DatabaseRoles,
  inherited: NodeJS.ProcessEnv,
): Promise<Migrated> {
  const env = { ...inherited, DATABASE_URL: database, SLIPWAY_DATABASE_OWNER_URL: databaseOwner ?? database };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'worker', 'migrate.ts')], { env });
    return JSON.parse(stdout) as Migrated;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || String(error);
    throw new StackFault(`the database could not be brought up to date: ${said}`);
  }
}
