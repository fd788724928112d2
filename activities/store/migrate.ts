import { Client } from 'pg';
import { readMigrations, readSql, MIGRATIONS } from './migration-files.ts';
import type { Migration } from './migration-files.ts';

export interface MigrateOptions {
  /** Connection string of the role that owns the schema. */
  readonly ownerUrl: string;
  /** The role that workers and the serving host log in as; may be the owner itself. */
  readonly appRole: string;
  /** Given to the application's role if it has to be created; an existing role keeps its own. */
  readonly appPassword?: string;
  readonly folder?: URL;
}

export interface MigrateResult {
  /** Names of the files that were applied now; empty when there was nothing to do. */
  readonly applied: readonly string[];
  readonly version: number;
  /** What the operator should know, one sentence each. */
  readonly notes: readonly string[];
}

/** The database cannot be brought to what this version of Slipway needs; the message says what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

/** Oldest server that has everything in use: PostgreSQL 14. */
const OLDEST_SERVER = 140_000;

/** `duplicate_object` and `unique_violation`: what CREATE ROLE says when a neighbour was faster. */
const ROLE_EXISTS = new Set(['42710', '23505']);
const NOT_ALLOWED = '42501';

/**
 * Brings the schema `slipway` to what this version of the code needs; idempotent, and safe to run twice at once.
 *
 * @throws MigrationRefused when an applied file was changed since, the database is newer than the code, the server is
 *   older than PostgreSQL 14, or the application's role is missing and may not be created
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const files = await readMigrations(options.folder);
  const client = new Client({ connectionString: options.ownerUrl, application_name: 'slipway migrate' });
  client.on('error', () => undefined); // The query in flight fails with the same error.
  await client.connect();
  try {
    await refuseOldServer(client);
    const applied: string[] = [];
    await inLock(client, () => prepare(client));
    for (const file of files) {
      await inLock(client, async () => {
        if (await isApplied(client, file, files.length)) return;
        await client.query(file.sql);
        await client.query('INSERT INTO slipway.migrations (number, name, hash) VALUES ($1, $2, $3)', [
          file.number,
          file.name,
          file.hash,
        ]);
        applied.push(file.name);
      });
    }
    const notes = await admitApplication(client, options);
    return { applied, version: files.length, notes };
  } finally {
    await client.end();
  }
}

async function refuseOldServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ number: string; text: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text`,
  );
  if (Number(rows[0]?.number) < OLDEST_SERVER)
    throw new MigrationRefused(`PostgreSQL 14 or newer is needed and the server is ${rows[0]?.text}`);
}

async function prepare(client: Client): Promise<void> {
  await client.query('CREATE SCHEMA IF NOT EXISTS slipway');
  await client.query(
    `CREATE TABLE IF NOT EXISTS slipway.migrations (
       number integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
}

async function isApplied(client: Client, file: Migration, newest: number): Promise<boolean> {
  const { rows } = await client.query<{ number: number; name: string; hash: string }>(
    'SELECT number, name, hash FROM slipway.migrations WHERE number = $1 OR number > $2 ORDER BY number DESC',
    [file.number, newest],
  );
  const [last] = rows;
  if (!last) return false;
  if (last.number > newest)
    throw new MigrationRefused(
      `the database has migration ${last.name} and this version of Slipway ends at ${newest}: use a newer version`,
    );
  if (last.hash !== file.hash)
    throw new MigrationRefused(
      `migration ${file.name} is not the file that was applied to this database: restore it and put the change into a new one`,
    );
  return true;
}

async function admitApplication(client: Client, { appRole, appPassword }: MigrateOptions): Promise<string[]> {
  const { rows } = await client.query<{ owner: boolean; known: boolean }>(
    'SELECT current_user = $1 AS owner, EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS known',
    [appRole],
  );
  if (rows[0]?.owner)
    return [
      `${appRole} both owns the schema and runs Slipway: only triggers keep the ledger append-only; use a second role where you can`,
    ];
  if (!rows[0]?.known) await createRole(client, appRole, appPassword);
  const grants = await readSql(new URL('grants.sql', MIGRATIONS));
  await inLock(client, async () => {
    await client.query(`SELECT set_config('slipway.app_role', $1, true)`, [appRole]);
    await client.query(grants);
  });
  return [];
}

async function createRole(client: Client, role: string, password: string | undefined): Promise<void> {
  const login = password === undefined ? 'LOGIN' : `LOGIN PASSWORD ${client.escapeLiteral(password)}`;
  try {
    await client.query(`CREATE ROLE ${client.escapeIdentifier(role)} ${login}`);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && ROLE_EXISTS.has(code)) return;
    if (code !== NOT_ALLOWED) throw error;
    throw new MigrationRefused(
      `there is no role ${role} and the owner may not create one: run CREATE ROLE ${client.escapeIdentifier(role)} LOGIN as an administrator, then migrate again`,
    );
  }
}

/** By transaction and not by session, so that it also holds through a pooler such as PgBouncer. */
async function inLock(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('slipway.migrations', 0))`);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // A lost connection has rolled back already.
    throw error;
  }
}
