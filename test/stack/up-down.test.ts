import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { tmpdir } from 'node:os';
import { Client } from '@temporalio/client';
import { isRunning, type ProcessIdentity } from '../../client/stack/process-table.ts';
import { readAddresses } from '../../client/stack/context.ts';
import { withDatabase } from '../../client/stack/parts/postgres-roles.ts';
import { withTemporal } from '../../client/temporal.ts';
import type { StackStatus } from '../../client/stack/status.ts';
import type { StackRecord } from '../../client/stack/record.ts';

const CLI = fileURLToPath(new URL('../../client/cli.ts', import.meta.url));
const PARTS = 'temporal,postgres';

let home: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-stack-'));
  const { TEMPORAL_ADDRESS: _t, DATABASE_URL: _d, MLFLOW_TRACKING_URI: _m, ...rest } = process.env;
  env = { ...rest, SLIPWAY_HOME: home, NO_COLOR: '1' };
});

afterAll(async () => {
  await slipway('down');
  await rm(home, { recursive: true, force: true });
});

/** A stack of somebody else on the same machine. */
async function withNeighbour(work: (neighbour: NodeJS.ProcessEnv) => Promise<void>): Promise<void> {
  const other = await mkdtemp(join(tmpdir(), 'slipway-neighbour-'));
  const neighbour = { ...env, SLIPWAY_HOME: other };
  try {
    await work(neighbour);
  } finally {
    await slipwayAs(neighbour, 'down');
    await rm(other, { recursive: true, force: true });
  }
}

describe('a stack on a bare machine', () => {
  test('comes up with all that Slipway needs, and outlives the command that started it', async () => {
    const { code, stack } = await slipway('up', '--only', PARTS, '--json');
    expect(code).toBe(0);
    expect(stack?.parts.map(({ name, state }) => [name, state])).toEqual([
      ['temporal', 'healthy'],
      ['postgres', 'healthy'],
    ]);
    expect(await migrations()).toBeGreaterThan(0);
    expect(await searchAttributes()).toContain('SlipwayStage');
  });

  test('keeps passwords to its owner and out of what it prints', async () => {
    const secret = join(home, 'postgres', 'passwords.json');
    expect((await stat(secret)).mode & 0o077).toBe(0);
    const passwords = Object.values(JSON.parse(await readFile(secret, 'utf8')) as Record<string, string>);
    const { output } = await slipway('status', '--json');
    const shown = output + (await readFile(join(home, 'stack.json'), 'utf8'));
    expect(passwords.some((password) => shown.includes(password))).toBe(false);
  });

  test('is left alone by a second up, and by two at once', async () => {
    const before = await processes();
    const both = await Promise.all([slipway('up', '--only', PARTS), slipway('up', '--only', PARTS)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await processes()).toEqual(before);
  });

  test('gets back just the part that died', async () => {
    const before = await processes();
    process.kill(before.temporal?.pid ?? 0, 'SIGKILL');
    expect((await slipway('status')).code).toBe(1);
    expect((await slipway('up', '--only', PARTS)).code).toBe(0);
    const after = await processes();
    expect(after.postgres).toEqual(before.postgres);
    expect(after.temporal).not.toEqual(before.temporal);
  });

  test('leaves its ports to itself: a neighbour takes the next ones and says so', async () => {
    await withNeighbour(async (neighbour) => {
      const { code, output } = await slipwayAs(neighbour, 'up', '--only', 'postgres');
      expect(code).toBe(0);
      const [, used] = /port 5433 of PostgreSQL is taken by someone else, using (\d+)/.exec(output) ?? [];
      expect(Number(used)).not.toBe((await record()).ports.postgres);
      expect(used).toBeDefined();
    });
  });

  test('can be used by a neighbour as it is, who does not stop it', async () => {
    await withNeighbour(async (neighbour) => {
      const { temporal: TEMPORAL_ADDRESS } = await readAddresses({ home, env });
      const borrowing = { ...neighbour, TEMPORAL_ADDRESS };
      expect((await slipwayAs(borrowing, 'up', '--only', 'temporal')).output).toContain('Temporal      existing');
      expect((await slipwayAs(borrowing, 'down')).code).toBe(0);
      expect((await slipway('status')).code).toBe(0);
      const nobody = { ...neighbour, DATABASE_URL: 'postgres://slipway@127.0.0.1:1/slipway' };
      const { code, output } = await slipwayAs(nobody, 'up', '--only', 'postgres');
      expect([code, output]).toEqual([1, expect.stringMatching(/is not usable: .*ECONNREFUSED.*correct DATABASE_URL/)]);
    });
  });

  test('goes down whole, and comes back with its data on the same ports', async () => {
    const ports = (await record()).ports;
    await database((client) => client.query('CREATE TABLE kept AS SELECT 42 AS answer'));
    await temporal((client) => client.workflow.start('any', { workflowId: 'kept', taskQueue: 'nobody' }));
    const before = Object.values(await processes());

    expect((await slipway('down')).code).toBe(0);
    expect(before.some(isRunning)).toBe(false);
    expect((await slipway('status', '--only', PARTS)).code).toBe(1);

    expect((await slipway('up', '--only', PARTS)).code).toBe(0);
    expect((await record()).ports).toEqual(ports);
    expect(
      await database(async (client) => (await client.query<{ answer: number }>('SELECT answer FROM kept')).rows),
    ).toEqual([{ answer: 42 }]);
    const kept = await temporal((client) => client.workflow.getHandle('kept').describe());
    expect(kept.status.name).toBe('RUNNING');
  });
});

interface Answer {
  readonly code: number;
  readonly output: string;
  readonly stack: StackStatus | null;
}

function slipway(...args: string[]): Promise<Answer> {
  return slipwayAs(env, ...args);
}

async function slipwayAs(who: NodeJS.ProcessEnv, ...args: string[]): Promise<Answer> {
  const run = promisify(execFile)(process.execPath, [CLI, ...args], { env: who });
  const { code, stdout } = await run.then(
    ({ stdout: text }) => ({ code: 0, stdout: text }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, output: stdout, stack: args.includes('--json') ? (JSON.parse(stdout) as StackStatus) : null };
}

async function record(): Promise<StackRecord> {
  return JSON.parse(await readFile(join(home, 'stack.json'), 'utf8')) as StackRecord;
}

async function processes(): Promise<Readonly<Record<string, ProcessIdentity>>> {
  return (await record()).processes;
}

async function database<T>(work: Parameters<typeof withDatabase<T>>[1]): Promise<T> {
  const { databaseOwner } = await readAddresses({ home, env });
  return withDatabase(databaseOwner ?? '', work);
}

async function temporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return withTemporal(await readAddresses({ home, env }), (connection) => work(new Client({ connection })));
}

async function migrations(): Promise<number> {
  return database(async (client) => (await client.query('SELECT FROM slipway.migrations')).rowCount ?? 0);
}

async function searchAttributes(): Promise<string[]> {
  return withTemporal(await readAddresses({ home, env }), async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.keys(customAttributes);
  });
}
