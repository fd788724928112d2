import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLocalTarget } from '../../activities/targets/local.ts';
import { createServer } from 'node:http';
import { describeTarget } from './conformance.ts';
import { freePort } from '../support/free-port.ts';
import { HostProcess } from '../serving/host/support/host-process.ts';
import { join } from 'node:path';
import { makeModel, programRuntime } from '../serving/host/support/models.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { SETTINGS } from '../serving/host/support/host-fixture.ts';
import { tmpdir } from 'node:os';

describeTarget('local', async () => {
  const host = await HostProcess.create();
  return {
    target: await host.start(),
    settings: SETTINGS,
    versions: [await makeModel(host.home, '1'), await makeModel(host.home, '2')],
    runtime: programRuntime(),
    body: '{}',
    end: () => host.end(),
  };
});

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-home-'));
});

afterAll(() => rm(home, { recursive: true }));

test('without a serving host the refusal says how to get one', async () => {
  vi.stubEnv('SLIPWAY_HOME', home);
  await expect(createLocalTarget().readEndpoint('digits')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/host\.json cannot be read.*slipway up/) as string,
  });
});

test('a host that is gone, or slow, is unavailable with the reason', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await expect(createLocalTarget({ url, token: 't' }).readTraffic('digits')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(
      `${url} does not answer GET /endpoints/digits/traffic: connect ECONNREFUSED`,
    ) as string,
  });
});

test('the host is looked up anew for every call, wherever it comes back', async () => {
  vi.stubEnv('SLIPWAY_HOME', home);
  const target = createLocalTarget({ url: null, tokenFile: null });
  await mkdir(join(home, 'serving'));
  for (const token of ['one', 'two']) {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(404, { connection: 'close' }).end('{"error":"not_found","message":"there is none"}');
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await writeFile(join(home, 'serving', 'host.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }));
    await writeFile(join(home, 'serving', 'token'), `${token}\n`);
    expect(await target.readEndpoint('digits')).toBeNull();
    expect(seen).toEqual([`Bearer ${token}`]);
    await new Promise((resolve) => server.close(resolve));
  }
});

test('an aborted call rejects with the reason of its signal', async () => {
  const signal = AbortSignal.abort(new Error('the activity was cancelled'));
  const target = createLocalTarget({ url: 'http://127.0.0.1:1', token: 't' });
  await expect(target.readEndpoint('digits', signal)).rejects.toThrow('the activity was cancelled');
});
