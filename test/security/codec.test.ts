import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCodecServer } from '../../client/codec/server.ts';
import { writePayload, type JsonPayload } from '../../client/codec/json-payload.ts';
import { failure } from '../../activities/failures.ts';
import { look } from '../../client/rollouts/look.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { EncryptionCodec } from '../../temporal/payload-codec.ts';
import { abortSignal } from '../../workflows/messages.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { createWorkers } from '../../worker/workers.ts';
import { readable, storedText } from './support/stored-text.ts';
import { slipway } from '../client/recording-terminal.ts';
import { startRollout } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, TEMPORAL_BIN } from '../support/temporal.ts';
import { World } from '../support/world.ts';

/** Planted where people write: nothing of it may be read in Temporal's database. */
const PLANTED = 'customer-4711';

const key = () => randomBytes(32).toString('base64');
const [k1, k2] = [key(), key()];

let env: TestWorkflowEnvironment;
let folder: string;
let code: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-keys-'));
  [env, { code }] = await Promise.all([startLocalTemporal(), bundleWorkflows()]);
});
afterAll(async () => {
  await env.teardown();
  await rm(folder, { recursive: true, force: true });
});

async function keyFile(name: string, current: string, keys: Record<string, string>): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ current, keys }));
  return file;
}

function converter(file?: string) {
  return dataConverter(file === undefined ? {} : { SLIPWAY_PAYLOAD_KEYS_FILE: file });
}

function clientWith(file?: string): Client {
  return new Client({ connection: env.connection, dataConverter: converter(file) });
}

async function withEncryptedWorkers(world: World, file: string, story: () => Promise<void>): Promise<void> {
  const workers = await createWorkers({
    connection: env.nativeConnection,
    namespace: 'default',
    workflowBundle: { code },
    activities: world.activities,
    extra: { dataConverter: converter(file) },
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    await Promise.race([story(), running]);
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
  }
}

function spec(endpoint: string) {
  return { endpoint, validate: { data: { source: `${PLANTED}.csv`, label: 'label' } } };
}

describe('a rollout with encrypted payloads', () => {
  test('ends as it should, over a change of keys, and leaves nothing readable behind', async () => {
    const world = new World();
    const endpoint = freshEndpoint();
    world.gates['canary-10'] = 'watch';
    const before = await keyFile('keys.json', 'k1', { k1 });
    await withEncryptedWorkers(world, before, async () => {
      await startRollout(clientWith(before), spec(endpoint));
      await vi.waitFor(() => expect(world.routes.length).toBeGreaterThan(3), { timeout: 30_000 });
    });
    // The new key reaches the file; another process, which knew only the old one, meets it in the middle of the rollout.
    const held = clientWith(before);
    const after = await keyFile('keys.json', 'k2', { k1, k2 });
    world.gates['canary-10'] = 'pass';
    world.before = (activity) => {
      if (activity === 'moveAlias') throw failure('Unreachable', `registry of ${PLANTED} is away`);
    };
    await withEncryptedWorkers(world, after, async () => {
      await vi.waitFor(
        async () => {
          const { pending, status } = await look(held, { target: 'local', endpoint });
          expect(status).not.toBeNull();
          expect(pending.map(({ lastFailure }) => lastFailure)).toContain(`registry of ${PLANTED} is away`);
        },
        { timeout: 30_000, interval: 200 },
      );
      await held.workflow
        .getHandle(rolloutWorkflowId('local', endpoint))
        .signal(abortSignal, { by: 'test', reason: PLANTED });
      world.before = () => undefined;
      const result = (await held.workflow.getHandle(rolloutWorkflowId('local', endpoint)).result()) as {
        outcome: string;
      };
      expect(result.outcome).toBe('aborted');
    });
    expect(world.ledger.map(({ reason }) => reason)).toContain('AbortedByHand');

    const stored = await storedText(env.connection, rolloutWorkflowId('local', endpoint));
    const found = ['binary/encrypted', 'k1', 'k2', PLANTED, 'says pass'].filter((text) => stored.includes(text));
    expect(found).toEqual(['binary/encrypted', 'k1', 'k2']);
  }, 90_000);

  test('fails as it should, and its message is not readable either', async () => {
    const world = new World();
    const endpoint = freshEndpoint();
    const file = await keyFile('failing.json', 'k1', { k1 });
    world.before = (activity) => {
      if (activity === 'preflight') throw failure('InvalidSpec', `${PLANTED} is no model`);
    };
    await withEncryptedWorkers(world, file, async () => {
      const handle = await startRollout(clientWith(file), spec(endpoint));
      await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { message: `${PLANTED} is no model` } } });
    });
    const stored = await storedText(env.connection, rolloutWorkflowId('local', endpoint));
    expect(stored.includes('Encoded failure')).toBe(true);
    expect(stored.includes(PLANTED)).toBe(false);
  });

  test('is refused to a client without the key, in one sentence', async () => {
    const world = new World();
    const endpoint = freshEndpoint();
    const file = await keyFile('secret.json', 'k1', { k1 });
    const other = await keyFile('other.json', 'k9', { k9: key() });
    const wrong = await keyFile('wrong.json', 'k1', { k1: key() });
    await withEncryptedWorkers(world, file, async () => {
      const handle = await startRollout(clientWith(file), spec(endpoint));
      await handle.result();
    });
    const result = (client: Client) => client.workflow.getHandle(rolloutWorkflowId('local', endpoint)).result();
    await expect(result(clientWith())).rejects.toThrow(
      'this rollout is encrypted with the key "k1"; set SLIPWAY_PAYLOAD_KEYS_FILE to the file that holds it',
    );
    await expect(result(clientWith(other))).rejects.toThrow(/encrypted with the key "k1", which .*other.json does not/);
    await expect(result(clientWith(wrong))).rejects.toThrow(/cannot be decrypted with the key "k1"/);
    vi.stubEnv('TEMPORAL_ADDRESS', env.address);
    const said = await slipway('get', endpoint);
    expect(said).toEqual({
      code: 2,
      out: '',
      err: '✗ this rollout is encrypted with the key "k1"; set SLIPWAY_PAYLOAD_KEYS_FILE to the file that holds it\n',
    });
  });

  test('takes a message that was typed in plain', async () => {
    const world = new World();
    const endpoint = freshEndpoint();
    world.gates['canary-1'] = 'watch';
    const file = await keyFile('plain.json', 'k1', { k1 });
    await withEncryptedWorkers(world, file, async () => {
      const handle = await startRollout(clientWith(file), spec(endpoint));
      await vi.waitFor(() => expect(world.routes.length).toBeGreaterThan(1), { timeout: 30_000 });
      await env.client.workflow.getHandle(handle.workflowId).signal(abortSignal, { by: 'web' });
      expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
    });
  });
});

describe('a worker without the key', () => {
  test('does nothing to an encrypted rollout, which goes on once the key is there', async () => {
    const world = new World();
    const endpoint = freshEndpoint();
    const file = await keyFile('late.json', 'k1', { k1 });
    const other = await keyFile('early.json', 'k9', { k9: key() });
    const handle = await startRollout(clientWith(file), spec(endpoint));
    await withEncryptedWorkers(world, other, async () => {
      await vi.waitFor(
        async () => {
          const { raw } = await handle.describe();
          expect(raw.pendingWorkflowTask?.attempt ?? 0).toBeGreaterThan(1);
        },
        { timeout: 30_000, interval: 100 },
      );
    });
    expect(world.ledger).toEqual([]);
    await withEncryptedWorkers(world, file, async () => {
      expect(await handle.result()).toMatchObject({ outcome: 'promoted' });
    });
  }, 90_000);
});

describe('the codec server', () => {
  const ui = 'http://127.0.0.1:8233';
  const open = async (token: string | null = null) => {
    const codec = new EncryptionCodec(await keyFile('ui.json', 'k2', { k1, k2 }));
    return { codec, app: createCodecServer({ codec, uiOrigins: [ui], token }) };
  };
  const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"a":1}') };

  test('decodes what was encoded, for the Web UI', async () => {
    const { app } = await open();
    const headers = { origin: ui };
    const ask = async (path: string, payloads: JsonPayload[]) => {
      const answer = await app.inject({ method: 'POST', url: path, headers, payload: { payloads } });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['access-control-allow-origin']).toBe(ui);
      return answer.json<{ payloads: JsonPayload[] }>().payloads;
    };
    const encoded = await ask('/encode', [writePayload(plain)]);
    expect(JSON.stringify(encoded)).not.toContain(writePayload(plain).data);
    expect(await ask('/decode', encoded)).toEqual([writePayload(plain)]);
    expect(await ask('/decode', [writePayload(plain)])).toEqual([writePayload(plain)]);
  });

  test('answers the preflight of its Web UI, and turns down any other site', async () => {
    const { app } = await open('secret');
    const preflight = (origin: string) =>
      app.inject({
        method: 'OPTIONS',
        url: '/decode',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' },
      });
    expect((await preflight(ui)).headers).toMatchObject({
      'access-control-allow-origin': ui,
      'access-control-allow-headers': expect.stringContaining('x-namespace') as string,
    });
    const stranger = await preflight('https://evil.example');
    expect(stranger.statusCode).toBe(403);
    expect(stranger.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('with a token, decodes nothing without it', async () => {
    const { app, codec } = await open('secret');
    const payloads = (await codec.encode([plain])).map(writePayload);
    const ask = (authorization?: string) =>
      app.inject({
        method: 'POST',
        url: '/decode',
        payload: { payloads },
        headers: authorization ? { authorization } : {},
      });
    expect((await ask()).statusCode).toBe(401);
    expect((await ask('Bearer secre')).statusCode).toBe(401);
    expect((await ask('Bearer secret')).statusCode).toBe(200);
  });

  test('is understood by the temporal CLI, which shows what it decodes', async () => {
    const world = new World();
    const endpoint = freshEndpoint();
    const file = await keyFile('cli.json', 'k1', { k1 });
    await withEncryptedWorkers(world, file, async () => {
      const handle = await startRollout(clientWith(file), spec(endpoint));
      await handle.result();
    });
    const app = createCodecServer({ codec: new EncryptionCodec(file), uiOrigins: [ui], token: 'secret' });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      const place = ['--address', env.address, '--workflow-id', rolloutWorkflowId('local', endpoint)];
      const codec = ['--codec-endpoint', address, '--codec-auth', 'Bearer secret'];
      const show = async (...more: string[]) => {
        const args = ['workflow', 'show', '--output', 'json', ...place, ...more];
        return readable(JSON.parse((await promisify(execFile)(TEMPORAL_BIN, args, { maxBuffer: 1e8 })).stdout));
      };
      expect((await show()).includes(PLANTED)).toBe(false);
      expect((await show(...codec)).includes(PLANTED)).toBe(true);
    } finally {
      await app.close();
    }
  });

  test('says which key it lacks', async () => {
    const { app } = await open();
    const stranger = new EncryptionCodec(await keyFile('k7.json', 'k7', { k7: key() }));
    const payloads = (await stranger.encode([plain])).map(writePayload);
    const answer = await app.inject({ method: 'POST', url: '/decode', payload: { payloads } });
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      400,
      expect.stringContaining('key "k7"'),
    ]);
  });
});
