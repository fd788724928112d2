import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { writePayload } from '../../client/codec/json-payload.ts';
import { codecFlags, CODEC_PORT } from '../../client/codec/endpoint.ts';
import { EncryptionCodec } from '../../temporal/payload-codec.ts';
import { slipway } from '../client/recording-terminal.ts';

const UI = 'https://temporal.example.com';

let folder: string;
let keys: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-codec-'));
  keys = join(folder, 'keys.json');
  await writeFile(keys, JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  vi.stubEnv('SLIPWAY_PAYLOAD_KEYS_FILE', keys);
  vi.stubEnv('SLIPWAY_HOME', folder);
  vi.stubEnv('TEMPORAL_ADDRESS', 'temporal.example.com:7233');
});

test('the codec server decodes for its Web UI until it is told to end', async () => {
  const cli = resolve(import.meta.dirname, '../../client/cli.ts');
  const server = spawn(process.execPath, [cli, 'codec', '--port', '0', '--ui-origin', `${UI}/`], {
    env: { ...process.env, SLIPWAY_PAYLOAD_KEYS_FILE: keys, SLIPWAY_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const address = /^codec server on (http:\/\/127\.0\.0\.1:\d+) for https:\/\/temporal\.example\.com\n$/.exec(
      String(line),
    )?.[1];
    const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"hello"') };
    const payloads = (await new EncryptionCodec(keys).encode([plain])).map(writePayload);
    const answer = await fetch(`${address}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: UI },
      body: JSON.stringify({ payloads }),
    });
    expect(await answer.json()).toEqual({ payloads: [writePayload(plain)] });
  } finally {
    server.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

test.each<[string, string[], Record<string, string>, string]>([
  ['without keys', [], { SLIPWAY_PAYLOAD_KEYS_FILE: '' }, 'set SLIPWAY_PAYLOAD_KEYS_FILE to the file of keys'],
  [
    'with a wrong file',
    ['--ui-origin', UI],
    { SLIPWAY_PAYLOAD_KEYS_FILE: '/nowhere/keys' },
    '/nowhere/keys does not exist',
  ],
  [
    'open to the network without a token',
    ['--host', '0.0.0.0', '--ui-origin', UI],
    {},
    'name a token with --token-env',
  ],
  ['with a token that is not set', ['--token-env', 'NO_SUCH_TOKEN'], {}, 'the variable NO_SUCH_TOKEN is not set'],
  ['without a Web UI to serve', [], {}, 'name the Web UI that may ask with --ui-origin'],
  ['for what is no origin', ['--ui-origin', 'temporal'], {}, 'It must be an address such as'],
])('is refused %s', async (_what, args, variables, message) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const { code, err } = await slipway('codec', ...args);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});

test('the Web UI that `slipway up` starts knows the codec server, where there are keys', () => {
  expect(codecFlags({ SLIPWAY_PAYLOAD_KEYS_FILE: keys })).toEqual([
    '--ui-codec-endpoint',
    `http://127.0.0.1:${CODEC_PORT}`,
  ]);
  expect(codecFlags({})).toEqual([]);
});
