import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool } from '../../activities/store/pool.ts';
import { assertMigrated } from '../../activities/store/schema-version.ts';
import type { SetupReport } from '../../client/setup/setup.ts';
import { assertAttributes } from '../../worker/attributes.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { quietRuntime, TEMPORAL_BIN } from '../support/temporal.ts';

const CLI = resolve(import.meta.dirname, '../../client/cli.ts');
const NAMESPACE = 'payments';

let temporal: TestWorkflowEnvironment;
let postgres: TestPostgres;
let home: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  quietRuntime();
  const executable = { type: 'existing-path', path: TEMPORAL_BIN } as const;
  [temporal, postgres] = await Promise.all([
    TestWorkflowEnvironment.createLocal({ server: { executable } }),
    startPostgres({ migrated: false }),
  ]);
  home = await mkdtemp(join(tmpdir(), 'slipway-setup-'));
  env = {
    ...process.env,
    SLIPWAY_HOME: home,
    NO_COLOR: '1',
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    DATABASE_URL: postgres.appUrl,
    SLIPWAY_DATABASE_OWNER_URL: postgres.ownerUrl,
  };
});

afterAll(async () => {
  await temporal?.teardown();
  await postgres?.stop();
  await rm(home, { recursive: true, force: true });
});

describe('slipway setup, with a Temporal and a PostgreSQL of your own', () => {
  test('changes nothing while one of them does not answer, and says which and what to do', async () => {
    const { code, output } = await setup({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/Temporal at 127.0.0.1:1 does not answer .*TEMPORAL_ADDRESS/),
    ]);
    const refused = await setup({ SLIPWAY_DATABASE_OWNER_URL: postgres.ownerUrl.replace(':test@', ':wrong@') });
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringMatching(/database could not be brought up to date/),
    ]);
    expect(refused.output).not.toContain('wrong@');
    await expect(temporal.connection.workflowService.describeNamespace({ namespace: NAMESPACE })).rejects.toThrow();
  });

  test('makes both ready for workers, and a second time finds nothing to do', async () => {
    const first = await report();
    expect(first.database.applied.length).toBeGreaterThan(1);
    expect(first.temporal).toMatchObject({ namespace: NAMESPACE, namespaceCreated: true, janitorScheduled: true });
    expect(first.temporal.attributesRegistered).toContain('SlipwayStage');
    const pool = createPool({ url: postgres.appUrl });
    try {
      await assertMigrated(pool);
      await assertAttributes(temporal.connection, NAMESPACE);
    } finally {
      await pool.end();
    }
    const second = await report();
    expect(second.database).toMatchObject({ applied: [], version: first.database.version });
    expect(second.temporal).toEqual({
      namespace: NAMESPACE,
      namespaceCreated: false,
      attributesRegistered: [],
      janitorScheduled: false,
    });
  });

  test('tells it in words, without any password', async () => {
    const { code, output } = await setup({});
    expect(code).toBe(0);
    expect(output).toMatch(/Database.*up to date.*\n.*Namespace.*payments: exists\n.*Attributes.*already/);
    expect(output).not.toContain(':test@');
  });
});

async function report(): Promise<SetupReport> {
  const { code, output } = await setup({}, '--json');
  expect(code, output).toBe(0);
  return JSON.parse(output) as SetupReport;
}

async function setup(other: NodeJS.ProcessEnv, ...flags: string[]): Promise<{ code: number; output: string }> {
  return promisify(execFile)(process.execPath, [CLI, 'setup', ...flags], { env: { ...env, ...other } }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, output: stdout + stderr }),
  );
}
