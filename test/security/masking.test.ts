import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ask } from '../../client/stack/parts/http.ts';
import { publicAddresses, withoutPassword } from '../../client/stack/addresses.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { secretsIn } from './support/find-secrets.ts';
import { checkSpec } from '../../spec/read-spec.ts';

const SECRET = 'hush-hush';

async function thrownBy(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was thrown');
}

test.each([
  [`postgres://slipway:${SECRET}@db:5432/slipway`, 'postgres://slipway:***@db:5432/slipway'],
  [`postgres://slipway:${SECRET} @no host/x`, 'postgres://***@no host/x'],
  [`http://ada:${SECRET}@mlflow:5000/`, 'http://ada:***@mlflow:5000/'],
  ['postgres://db/slipway', 'postgres://db/slipway'],
])('the address %s is shown without its password', (address, shown) => {
  expect(withoutPassword(address)).toBe(shown);
});

test('addresses that `status` prints hold no password', () => {
  const address = `http://ada:${SECRET}@host`;
  const all = { database: address, databaseOwner: address, mlflow: address, temporal: 'x', temporalNamespace: 'x' };
  const rest = { temporalUi: null, serving: 'x', gateway: 'x', worker: 'x' };
  expect(JSON.stringify(publicAddresses({ ...all, ...rest }))).not.toContain(SECRET);
});

test('a part with a password in its address is asked with it, and spoken of without it', async () => {
  let seen: string | undefined;
  const server = createServer((request, response) => {
    seen = request.headers.authorization;
    response.end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const address = `http://ada:${encodeURIComponent(`${SECRET}/é`)}@127.0.0.1:${port}/health`;
  expect((await ask(address)).status).toBe(200);
  expect(seen).toBe(`Basic ${Buffer.from(`ada:${SECRET}/é`).toString('base64')}`);
  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
  expect(await thrownBy(() => ask(address))).toMatch(/^Error: http:\/\/127\.0\.0\.1:\d+\/health does not answer/);
});

test.each([`http://ada:${SECRET}@no where:1`, `ftp://ada:${SECRET}@nowhere`, `http://ada:${SECRET}@nowhere/?a=b`])(
  'a tracking URI that is refused, %s, is not repeated with its password',
  async (trackingUri) => {
    expect(await thrownBy(() => new MlflowClient({ trackingUri }))).not.toContain(SECRET);
  },
);

test('an MLflow that does not answer, refuses or redirects is spoken of without credentials', async () => {
  const answers = [
    { status: 401, headers: {} },
    { status: 302, headers: { location: `https://ada:${SECRET}@login.example/in?token=${SECRET}` } },
    { status: 302, headers: { location: `/in?token=${SECRET}` } },
  ];
  const client = (fetch: () => Promise<Response>) =>
    new MlflowClient({ trackingUri: `http://ada:${SECRET}@mlflow:5000`, fetch, retry: { retries: 0 } });
  for (const answer of answers) {
    const said = await thrownBy(() => client(async () => new Response('', answer)).registeredModels.get('digits'));
    expect(said).toContain('MLflow GET');
    expect(said).not.toContain(SECRET);
  }
  const away = client(() => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })));
  expect(await thrownBy(() => away.registeredModels.get('digits'))).not.toContain(SECRET);
});

test.each([`https://ada:${SECRET}@hooks.example.com`, `https://${SECRET}@hooks.example.com/x`])(
  'a webhook with credentials in its address, %s, is refused and not repeated',
  (webhook) => {
    const reading = checkSpec({ endpoint: 'digits', model: 'digits', notify: [{ webhook }] });
    const faults = 'faults' in reading ? reading.faults : [];
    expect(faults).toMatchObject([
      { path: 'notify[0].webhook', message: 'must not hold a name or password; sign with `secretEnv`' },
    ]);
    expect(JSON.stringify(faults)).not.toContain(SECRET);
  },
);

test('the search that the test of secrets relies on finds one in a URL, in a header and among bytes', () => {
  const secrets = { password: 'p/ss wörd-4711' };
  const found = [
    secrets.password,
    `http://ada:${encodeURIComponent(secrets.password)}@host`,
    ...['', 'a', 'ab', 'abc'].map((name) => Buffer.from(`${name}:${secrets.password}`).toString('base64')),
    Buffer.concat([Buffer.from([0, 255]), Buffer.from(secrets.password), Buffer.from([128])]),
  ];
  for (const text of found) expect(secretsIn(text, secrets)).toEqual(['password']);
  expect(secretsIn('p/ss', secrets)).toEqual([]);
});
