import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { databaseUrl, loadPasswords } from '../passwords.ts';
import { StackFault, type StackContext } from '../part.ts';
import { withDatabase } from './postgres-roles.ts';
import { writeFileAtomic } from '../files.ts';

/** The databases of a Temporal server, and where their schemas lie inside its SQL tool. */
const DATABASES = { temporal: 'temporal', temporal_visibility: 'visibility' } as const;
type DatabaseName = keyof typeof DATABASES;

/** A role that can get at nothing of Slipway's. */
const ROLE = 'temporal';

/** Makes role and databases where they are missing and brings their schemas to the server's version; returns the role's password. */
export async function ensureTemporalDatabases(context: StackContext, sqlTool: string): Promise<string> {
  const password = await ownPassword(join(context.paths.temporal, 'password'));
  await withDatabase(await adminUrl(context), (client) => ensureRoleAndDatabases(client, password)).catch(refuse);
  for (const database of Object.keys(DATABASES) as DatabaseName[]) {
    const tool = (...args: string[]) => runTool(sqlTool, context, database, password, args);
    // Does nothing where a schema is already.
    await tool('setup-schema', '-v', '0.0');
    await tool('update-schema', '--schema-name', `postgresql/v12/${DATABASES[database]}`);
  }
  return password;
}

function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
  throw new StackFault(
    `Temporal's postgres engine keeps its state in the stack's PostgreSQL, which cannot be used (${reason}): start it with \`slipway up --only temporal,postgres\``,
  );
}

async function ensureRoleAndDatabases(client: Client, password: string): Promise<void> {
  const { rowCount: roles } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [ROLE]);
  await client.query(
    `${roles === 0 ? 'CREATE' : 'ALTER'} ROLE ${ROLE} LOGIN PASSWORD ${client.escapeLiteral(password)}`,
  );
  for (const database of Object.keys(DATABASES)) {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database} OWNER ${ROLE}`);
  }
}

async function runTool(
  file: string,
  { env, ports }: StackContext,
  database: DatabaseName,
  password: string,
  args: readonly string[],
): Promise<void> {
  // By the environment, since everybody on the machine can read a command line.
  const connection = {
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: '127.0.0.1',
    SQL_PORT: String(ports.postgres),
    SQL_USER: ROLE,
    SQL_PASSWORD: password,
    SQL_DATABASE: database,
  };
  try {
    await promisify(execFile)(file, args, { env: { ...env, ...connection } });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}${stderr}`.trim().split('\n').slice(-3).join('\n') || String(error);
    throw new StackFault(`Temporal's database ${database} could not be brought up to date: ${said}`);
  }
}

async function ownPassword(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known) return known.trim();
  const made = randomBytes(24).toString('base64url');
  await writeFileAtomic(file, `${made}\n`, 0o600);
  return made;
}

async function adminUrl({ paths, ports }: StackContext): Promise<string> {
  return databaseUrl('postgres', await loadPasswords(paths.postgresPasswords), ports.postgres, 'postgres');
}
