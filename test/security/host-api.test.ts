import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Refusal } from '../../domain/serving-contract.ts';
import { checkToken } from '../../serving/host/api/token-check.ts';
import { loadToken } from '../../serving/host/token.ts';
import { makeModel } from '../serving/host/support/models.ts';
import { SETTINGS, startHost, TOKEN, type RunningHost } from '../serving/host/support/host-fixture.ts';

const MIB = 1024 * 1024;

let running: RunningHost;
let before: string[];
beforeAll(async () => {
  running = await startHost();
  await running.deploy(await makeModel(running.root, '1'));
  before = await files();
});
afterAll(() => running.end());

const files = async () =>
  (await readdir(running.root, { recursive: true })).filter((path) => !path.endsWith('.log')).sort();

/** Sends bytes as they are, and gives the status of the answer; fetch would not send paths and lengths like these. */
function raw(request: string, body = ''): Promise<number> {
  const { hostname, port } = new URL(running.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request + body));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
      if (!status) return;
      socket.destroy();
      resolve(Number(status));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after: ${answer}`)));
  });
}

const headers = (...more: string[]) => ['Host: x', 'Connection: close', ...more, '', ''].join('\r\n');
const BEARER = `Authorization: Bearer ${TOKEN}`;

describe('without the token', () => {
  const routes: [string, string][] = [
    ['GET', '/endpoints'],
    ['PUT', '/endpoints/digits'],
    ['GET', '/endpoints/digits/route'],
    ['PUT', '/endpoints/digits/route'],
    ['GET', '/endpoints/digits/traffic'],
    ['PUT', '/endpoints/digits/versions/v1-aaaaaaaaaaaa'],
    ['DELETE', '/endpoints/digits/versions/v1-aaaaaaaaaaaa'],
    ['GET', '/endpoints/digits/versions/v1-aaaaaaaaaaaa/logs'],
    ['DELETE', '/endpoints/digits/users/ada'],
    ['POST', '/outcomes'],
    ['POST', '/shutdown'],
    ['GET', '/healthz/'],
    ['GET', '/healthz?x=/healthz'],
    ['GET', '//healthz'],
    ['GET', '/endpoints/../healthz/../endpoints'],
  ];

  test.each(routes)('%s %s is refused', async (method, path) => {
    expect(await raw(`${method} ${path} HTTP/1.1\r\n${headers()}`)).toBe(401);
    expect(await raw(`${method} ${path} HTTP/1.1\r\n${headers(`Authorization: Bearer ${TOKEN.slice(0, -1)}`)}`)).toBe(
      401,
    );
  });

  test('a body is not even read', async () => {
    const much = headers('Content-Type: application/json', `Content-Length: ${10_000 * MIB}`);
    expect(await raw(`PUT /endpoints/digits HTTP/1.1\r\n${much}`)).toBe(401);
  });

  test('no other token passes, whatever it looks like', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('', TOKEN.slice(1), `${TOKEN} `, `${TOKEN}${TOKEN}`)),
        (given) => {
          fc.pre(given !== TOKEN);
          expect(() => checkToken(`Bearer ${given}`, TOKEN)).toThrow('send the token');
        },
      ),
    );
    expect(() => checkToken(`Bearer ${TOKEN}`, TOKEN)).not.toThrow();
  });
});

test('the token lies in a file that only its owner can read, also where it was open before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-token-'));
  const file = join(folder, 'token');
  const token = await loadToken(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(token).toHaveLength(43);
  await chmod(file, 0o644);
  expect(await loadToken(file)).toBe(token);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await rm(folder, { recursive: true });
});

describe('with the token', () => {
  test('a body above 4 MiB is refused, by its length or by what comes', async () => {
    const json = 'Content-Type: application/json';
    const said = headers(BEARER, json, `Content-Length: ${5 * MIB}`);
    expect(await raw(`POST /outcomes HTTP/1.1\r\n${said}`)).toBe(400);
    const chunk = `${(5 * MIB).toString(16)}\r\n${'x'.repeat(5 * MIB)}\r\n`;
    expect(await raw(`POST /outcomes HTTP/1.1\r\n${headers(BEARER, json, 'Transfer-Encoding: chunked')}`, chunk)).toBe(
      400,
    );
    const { status, body } = await running.ask('POST', '/outcomes', ['x'.repeat(5 * MIB)]);
    expect([status, (body as Refusal).message]).toEqual([400, 'Request body is too large']);
  });

  test.each([
    '/endpoints/..%2f..%2fetc',
    '/endpoints/..',
    '/endpoints/%2e%2e',
    '/endpoints/digits%00',
    '/endpoints/digits%0a',
    '/endpoints/digits/versions/..',
    '/endpoints/digits/versions/..%2f..%2f..%2fstate%2fdigits.json',
    '/endpoints/digits/versions/%2e%2e%2fv1',
    '/endpoints/digits/versions/.%2e',
    '/endpoints/digits/versions/v1%00',
    '/endpoints/digits/versions/..%2ftoken/logs',
    '/endpoints/..%2f..%2f/versions/token/logs',
    '/endpoints/digits/versions/....%2f%2ftoken/logs',
    '/endpoints/digits/versions/..%5c..%5ctoken/logs',
    '/../token',
    '/endpoints/digits/versions/v1/../../../../token',
  ])('%s reaches no file', async (path) => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const body = method === 'PUT' ? JSON.stringify(SETTINGS) : '';
      const length = `Content-Length: ${body.length}`;
      const request = `${method} ${path} HTTP/1.1\r\n${headers(BEARER, 'Content-Type: application/json', length)}`;
      expect([400, 404]).toContain(await raw(request, body));
    }
    expect(await files()).toEqual(before);
  });

  test.each(['../../evil', '/etc/evil', '..', '1\0', 'a/b', '1\n'])(
    'a version numbered %j is refused',
    async (version) => {
      const digest = `sha256:${'a'.repeat(64)}`;
      const body = { model: 'digits', version, digest, source: '/nowhere', runtime: { kind: 'mlflow' } };
      for (const key of [`v${version}-${'a'.repeat(12)}`, 'v1-aaaaaaaaaaaa']) {
        const { status } = await running.ask('PUT', `/endpoints/digits/versions/${encodeURIComponent(key)}`, body);
        expect([400, 404]).toContain(status);
      }
      expect(await files()).toEqual(before);
    },
  );

  test('any version key at all either is a plain name or is refused, and makes no file', async () => {
    const key = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc
        .array(fc.constantFrom('..', '/', '\\', '.', '%2f', 'v1', '\0', '~'), { minLength: 1, maxLength: 6 })
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(key, async (name) => {
        const { status } = await running.ask('GET', `/endpoints/digits/versions/${encodeURIComponent(name)}/logs`);
        expect([400, 404]).toContain(status);
      }),
      { numRuns: 200 },
    );
    expect(await files()).toEqual(before);
  });

  test('a body cannot reach into objects', async () => {
    const poisoned = `{"__proto__":{"polluted":1},${JSON.stringify(SETTINGS).slice(1)}`;
    const length = `Content-Length: ${poisoned.length}`;
    const request = `PUT /endpoints/digits HTTP/1.1\r\n${headers(BEARER, 'Content-Type: application/json', length)}`;
    expect(await raw(request, poisoned)).toBe(400);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

test('the token is in no file but its own, and in no answer', async () => {
  const seen = await running.ask('GET', '/endpoints');
  expect(seen.text).not.toContain(TOKEN);
  for (const path of await files()) {
    const text = await readFile(join(running.root, path), 'utf8').catch(() => '');
    expect(text.includes(TOKEN)).toBe(false);
  }
});
