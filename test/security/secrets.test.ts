import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readAddresses } from '../../client/stack/context.ts';
import { withDatabase } from '../../client/stack/parts/postgres-roles.ts';
import { connectTemporal } from '../../temporal/connection.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { register } from '../activities/registry/register.ts';
import { startMlflow, type MlflowServer } from '../mlflow/support/mlflow-server.ts';
import { secretsBelow, secretsIn, secretsInCommandLines } from './support/find-secrets.ts';
import { storedText } from './support/stored-text.ts';

const made = () => `planted-${randomBytes(9).toString('hex')}`;

/** Those that the test brings; what `up` makes by itself comes to them. */
const secrets: Record<string, string> = {
  'MLflow password in the URL': made(),
  'MLflow token': made(),
  'webhook secret': made(),
  'path of the Slack channel': made(),
  'PagerDuty key': made(),
  'AWS secret key': made(),
  'wrong database password': made(),
};

const ROOT = resolve(import.meta.dirname, '../..');
const SERVER = join(ROOT, 'bench/support/model-server.ts');

let home: string;
let env: NodeJS.ProcessEnv;
let mlflow: MlflowServer;
let hook: Server;
/** All that commands printed. */
let printed = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-secrets-'));
  mlflow = await startMlflow();
  const client = new MlflowClient({ trackingUri: mlflow.uri });
  await register(client, 'digits', { 'weights.txt': '1' });
  await register(client, 'digits', { 'weights.txt': '2' });
  hook = createServer((request, response) => void request.resume().on('end', () => response.end()));
  await new Promise<void>((ready) => hook.listen(0, '127.0.0.1', ready));
  const { TEMPORAL_ADDRESS: _t, DATABASE_URL: _d, ...rest } = process.env;
  env = {
    ...rest,
    SLIPWAY_HOME: home,
    NO_COLOR: '1',
    MLFLOW_TRACKING_URI: mlflow.uri.replace('//', `//ada:${secrets['MLflow password in the URL']}@`),
    MLFLOW_TRACKING_TOKEN: secrets['MLflow token'],
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
    HOOK_SECRET: secrets['webhook secret'],
    SLACK_URL: `${hookUrl()}/${secrets['path of the Slack channel']}`,
    PAGERDUTY_KEY: secrets['PagerDuty key'],
    AWS_ACCESS_KEY_ID: 'AKIAPLANTED',
    AWS_SECRET_ACCESS_KEY: secrets['AWS secret key'],
  };
  expect(await slipway('up')).toBe(0);
  Object.assign(secrets, JSON.parse(await readFile(join(home, 'postgres', 'passwords.json'), 'utf8')));
  secrets['serving token'] = (await readFile(join(home, 'serving', 'token'), 'utf8')).trim();
}, 300_000);

afterAll(async () => {
  await slipway('down');
  hook.close();
  await mlflow?.stop();
  await rm(home, { recursive: true, force: true });
}, 120_000);

/** Runs one command, notes what it printed, and gives its exit code. */
function slipway(...args: string[]): Promise<number> {
  return run(join(ROOT, 'client/cli.ts'), args, env);
}

function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done) => {
    execFile(process.execPath, [program, ...args], { env: environment, timeout: 180_000 }, (error, stdout, stderr) => {
      printed += `\n$ ${program} ${args.join(' ')}\n${stdout}${stderr}`;
      done(error === null ? 0 : typeof error.code === 'number' ? error.code : 1);
    });
  });
}

async function specFile(name: string, version: string, more: object = {}): Promise<string> {
  const file = join(home, `${name}.json`);
  const spec = {
    endpoint: 'digits',
    model: 'digits',
    version,
    runtime: {
      kind: 'command',
      command: [process.execPath, SERVER, '{port}'],
      healthPath: '/',
      predictPath: '/invocations',
    },
    validate: false,
    shadow: false,
    canary: { steps: [50], minDuration: '10m', maxDuration: '1h' },
    soak: false,
    notify: [
      { webhook: `${hookUrl()}/hook`, secretEnv: 'HOOK_SECRET' },
      { slack: { urlEnv: 'SLACK_URL' } },
      { pagerduty: { routingKeyEnv: 'PAGERDUTY_KEY', url: hookUrl() } },
    ],
    ...more,
  };
  await writeFile(file, JSON.stringify(spec));
  return file;
}

function hookUrl(): string {
  return `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
}

const get = async () => {
  const before = printed.length;
  await slipway('get', 'digits', '--json');
  return printed.slice(before);
};

/** Rollouts that go well and ill, and commands against parts that are away or refuse. */
async function everythingThatCanBeSaid(): Promise<void> {
  expect(await slipway('start', '-f', await specFile('first', '1'), '--wait')).toBe(0);
  await slipway('start', '-f', await specFile('second', '2'));
  await vi.waitFor(async () => expect(await get()).toContain('canary'), { timeout: 90_000, interval: 1_000 });
  await slipway('abort', 'digits', '--reason', 'enough');
  expect(await slipway('get', 'digits', '--wait')).toBe(4);
  await slipway('start', '-f', await specFile('missing', '99'), '--wait');

  // What real rollouts wrote is what the audit reads.
  expect(await slipway('audit', 'verify', 'digits')).toBe(0);
  expect(printed).toContain('unbroken; the registry vouches for rows 1 to ');
  expect(await slipway('audit', 'at', new Date().toISOString(), 'digits')).toBe(0);
  expect(printed).toContain('100 % of live traffic: digits version 1, brought by local.digits.1 for ');

  // The registry's database and its artifacts: tags, reports, manifests.
  expect(await secretsBelow(mlflow.directory, secrets)).toEqual([]);

  // Each part in turn: away, refusing, misspelt.
  await mlflow.stop();
  await slipway('start', '-f', await specFile('away', '2'));
  await vi.waitFor(async () => expect(await get()).toContain('CONNECTION_FAILED'), {
    timeout: 60_000,
    interval: 1_000,
  });
  await slipway('status', '--json');
  await slipway('up');
  for (const command of [
    ['history'],
    ['explain'],
    ['list'],
    ['plan', '-f', join(home, 'first.json')],
    ['audit', 'verify'],
  ])
    await slipway(...command, ...(['list', 'plan'].includes(command[0] ?? '') ? [] : ['digits']), '--json');
  const { database } = await readAddresses({ home, env });
  const wrong = database.replace(/:[^:@]+@/, `:${secrets['wrong database password']}@`);
  const garbled = [`postgres://slipway:${secrets['wrong database password']} @no host/x`, 'http://ada:x y'];
  for (const DATABASE_URL of [wrong, ...garbled]) {
    for (const args of [
      ['history', 'digits'],
      ['audit', 'verify', 'digits'],
      ['audit', 'at', '2030-01-01T00:00:00Z', 'digits'],
    ])
      await run(join(ROOT, 'client/cli.ts'), args, { ...env, DATABASE_URL });
    await run(join(ROOT, 'worker/main.ts'), [], { ...env, DATABASE_URL });
    await run(join(ROOT, 'worker/migrate.ts'), [], { ...env, DATABASE_URL });
  }
  for (const uri of [
    `http://ada:${secrets['MLflow password in the URL']}@no where`,
    `ftp://ada:${secrets['MLflow password in the URL']}@nowhere`,
  ]) {
    const misspelt = { ...env, MLFLOW_TRACKING_URI: uri, DATABASE_URL: database };
    await run(join(ROOT, 'client/cli.ts'), ['audit', 'verify', 'digits'], misspelt);
    await run(join(ROOT, 'client/cli.ts'), ['status', '--only', 'mlflow'], misspelt);
    await run(join(ROOT, 'client/cli.ts'), ['up', '--only', 'mlflow'], misspelt);
  }
  await run(join(ROOT, 'client/cli.ts'), ['status'], { ...env, DATABASE_URL: wrong });
  await run(join(ROOT, 'client/cli.ts'), ['up', '--only', 'postgres'], { ...env, DATABASE_URL: wrong });
}

test('where keys are named, the stack encrypts what goes to Temporal, and says so to who has none', async () => {
  const keys = join(home, 'keys.json');
  await writeFile(keys, JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }));
  const plain = env;
  env = { ...plain, SLIPWAY_PAYLOAD_KEYS_FILE: keys };
  try {
    expect(await slipway('up')).toBe(0);
    expect(await slipway('start', '-f', await specFile('sealed', '1', { endpoint: 'sealed' }), '--wait')).toBe(0);
  } finally {
    env = plain;
  }
  expect(await slipway('get', 'sealed')).toBe(2);
  expect(printed).toContain('this rollout is encrypted with the key "k1"; set SLIPWAY_PAYLOAD_KEYS_FILE');
  const { temporal } = await readAddresses({ home, env });
  const connection = await connectTemporal(temporal);
  const stored = await storedText(connection, 'rollout.local.sealed');
  await connection.close();
  expect([stored.includes('binary/encrypted'), stored.includes('HOOK_SECRET')]).toEqual([true, false]);
  expect(await slipway('up')).toBe(0);
}, 240_000);

test('no secret is in a history, the ledger, a batch, the registry, a log, a command line, or on the screen', async () => {
  await everythingThatCanBeSaid();
  expect(printed).toContain('"outcome":"aborted"');

  expect(secretsIn(printed, secrets)).toEqual([]);
  expect(await secretsInCommandLines(secrets)).toEqual([]);

  const { temporal, database } = await readAddresses({ home, env });
  const connection = await connectTemporal(temporal);
  const stored = await storedText(connection, 'rollout.local.digits');
  await connection.close();
  expect(stored).toContain('HOOK_SECRET');
  expect(secretsIn(stored, secrets)).toEqual([]);

  const rows = await withDatabase(database, async (client) => {
    const tables = ['ledger', 'gate_batches', 'versions', 'epochs', 'alias_owners', 'predictions', 'outcomes'];
    const found: string[] = [];
    for (const table of tables) {
      const { rows: some } = await client.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM slipway.${table} t`,
      );
      found.push(...some.map(({ row }) => row));
    }
    return found;
  });
  expect(rows.length).toBeGreaterThan(20);
  expect(secretsIn(rows.join('\n'), secrets)).toEqual([]);

  // Where they are meant to be, for their owner alone, and PostgreSQL's own files.
  const known = [join(home, 'postgres'), join(home, 'serving', 'token')];
  expect(await secretsBelow(home, secrets, known)).toEqual([]);
}, 480_000);
