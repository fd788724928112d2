import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestVersion } from '../../activities/registry/digest-version.ts';
import { artifactDigest } from '../../domain/digest.ts';
import type { EnsureVersion } from '../../domain/serving-contract.ts';
import { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';
import { ArtifactStore } from '../../serving/host/artifact.ts';
import { folderDigest } from '../../serving/host/digest.ts';
import { createMlflowDownload } from '../../serving/host/mlflow-download.ts';

/** What the registry of an attacker says: the listing of each directory, and the bytes of each file. */
interface Registry {
  list: (directory: string) => { path: string; is_dir: boolean }[];
  read: (path: string) => string | null;
}

const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';
const HONEST: Readonly<Record<string, string>> = { MLmodel: 'flavors: {}\n', 'model.pkl': 'weights' };

let registry: Registry;
let server: Server;
let uri: string;
let outer: string;
let root: string;
let store: ArtifactStore;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', uri);
    const json = (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (url.pathname.endsWith('/get-download-uri')) return json({ artifact_uri: 'mlflow-artifacts:/m' });
    if (url.pathname === ARTIFACTS)
      return json({ files: registry.list((url.searchParams.get('path') ?? '').replace(/^m\/?/, '')) });
    const content = registry.read(decodeURIComponent(url.pathname.slice(ARTIFACTS.length)).replace(/^\/m\//, ''));
    if (content === null) response.statusCode = 404;
    return response.end(content ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'slipway-artifacts-'));
  root = join(outer, 'models');
  await mkdir(root);
  store = new ArtifactStore(
    root,
    createMlflowDownload({ MLFLOW_TRACKING_URI: uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' }),
  );
  serve(HONEST);
});
afterEach(() => rm(outer, { recursive: true, force: true }));

function serve(files: Readonly<Record<string, string>>): void {
  registry = {
    list: (directory) => (directory === '' ? Object.keys(files).map((path) => ({ path, is_dir: false })) : []),
    read: (path) => files[path] ?? null,
  };
}

/** What preflight pins. */
async function pin(): Promise<EnsureVersion> {
  const client = MlflowClient.fromEnv({ trackingUri: uri, retry: { retries: 0 } }, {});
  const { digest } = await digestVersion(client, { model: 'digits', version: '7' });
  return wanted(digest, 'models:/digits/7');
}

function wanted(digest: string, source: string): EnsureVersion {
  return { model: 'digits', version: '7', digest, source, runtime: { kind: 'mlflow' } };
}

const ensure = (version: EnsureVersion) => store.ensure('v7', version, AbortSignal.timeout(20_000));
const left = async () => (await readdir(outer, { recursive: true })).sort();

describe('a model from the registry', () => {
  test('that is still what was pinned is served', async () => {
    await ensure(await pin());
    expect(await left()).toEqual(['models', 'models/v7', 'models/v7/MLmodel', 'models/v7/model.pkl']);
  });

  test.each<[string, Record<string, string>]>([
    ['whose bytes were changed', { ...HONEST, 'model.pkl': 'weightz' }],
    ['that lost a file', { MLmodel: HONEST['MLmodel'] ?? '' }],
    ['that got one more file', { ...HONEST, 'sitecustomize.py': 'import os' }],
    ['whose file was renamed', { MLmodel: HONEST['MLmodel'] ?? '', 'model2.pkl': 'weights' }],
  ])('%s after it was pinned is never served, and nothing of it stays', async (_what, files) => {
    const pinned = await pin();
    serve(files);
    await expect(ensure(pinned)).rejects.toThrow(
      /the content of models:\/digits\/7 is sha256:.*, not sha256:.* as pinned/,
    );
    expect(await left()).toEqual(['models']);
  });

  test.each([
    '..',
    '.',
    '../..',
    'a\\..\\b',
    '..\\evil',
    '%2e%2e',
    '%2fetc%2fpasswd',
    'x\0',
    'x\ny',
    'x\r',
    '/',
    '//',
    'a#b',
  ])('with a file named %j is refused, at preflight and by the host, and writes nothing', async (name) => {
    const pinned = await pin();
    registry = { list: (directory) => (directory === '' ? [{ path: name, is_dir: false }] : []), read: () => 'evil' };
    await expect(pin()).rejects.toThrow(/artifact path|without a name/);
    await expect(ensure(pinned)).rejects.toThrow(/artifact path|without a name/);
    expect(await left()).toEqual(['models']);
  });

  test.each(['../../evil', '/etc/evil', '../../../root/.ssh/evil', 'm/../../evil'])(
    'with a file listed as %j is written inside its folder or not at all',
    async (name) => {
      const pinned = await pin();
      registry = { list: (directory) => (directory === '' ? [{ path: name, is_dir: false }] : []), read: () => 'evil' };
      await expect(ensure(pinned)).rejects.toThrow(/as pinned/);
      expect(await left()).toEqual(['models']);
    },
  );

  test('with directories inside themselves is refused, not walked for ever', async () => {
    const pinned = await pin();
    registry = { list: () => [{ path: 'again', is_dir: true }], read: () => null };
    await expect(ensure(pinned)).rejects.toThrow('more than 64 directories inside each other');
  });

  test('that is a file and a directory at once is refused', async () => {
    const pinned = await pin();
    const twice = [
      { path: 'a', is_dir: false },
      { path: 'a', is_dir: true },
    ];
    registry = { list: (directory) => (directory === '' ? twice : [{ path: 'b', is_dir: false }]), read: () => 'x' };
    await expect(ensure(pinned)).rejects.toThrow();
    expect(await left()).toEqual(['models']);
  });
});

describe('a model from a folder', () => {
  const given = () => join(outer, 'given');
  beforeEach(async () => {
    await mkdir(given());
    await writeFile(join(given(), 'answer.txt'), 'v7');
  });

  test.each<[string, (folder: string) => Promise<unknown>]>([
    ['a link to a file outside', (folder) => symlink('/etc/passwd', join(folder, 'passwd'))],
    ['a link to a folder outside', (folder) => symlink('/etc', join(folder, 'etc'))],
    ['a link that leads nowhere', (folder) => symlink('nowhere', join(folder, 'dangling'))],
    ['a name with a line break', (folder) => writeFile(join(folder, 'a\nb'), 'x')],
    ['a pipe', async (folder) => execFileSync('mkfifo', [join(folder, 'pipe')])],
  ])('with %s is refused', async (_what, plant) => {
    const digest = await folderDigest(given());
    await plant(given());
    await expect(ensure(wanted(digest, given()))).rejects.toThrow(/not a plain file|control character|FIFO/);
    expect((await left()).filter((path) => path.startsWith('models/'))).toEqual([]);
  });

  test('changed after it was pinned is refused', async () => {
    const digest = await folderDigest(given());
    await writeFile(join(given(), 'answer.txt'), 'v8');
    await expect(ensure(wanted(digest, `file://${given()}`))).rejects.toThrow('as pinned');
  });

  test.each([
    '../given',
    'given',
    './given',
    'file:given',
    'http://example.org/given',
    '/etc/passwd',
    '/etc/passwd/x',
    '/\0',
  ])('called %j is refused', async (source) => {
    const digest = await folderDigest(given());
    await expect(ensure(wanted(digest, source))).rejects.toThrow(/neither|no folder/);
  });
});

test('a name cannot forge a line of the list that the digest covers', async () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  const honest = artifactDigest(
    [
      { path: 'x', sha256: a },
      { path: 'y', sha256: b },
    ],
    (text) => text,
  );
  const forged = artifactDigest([{ path: `x\n${b}  y`, sha256: a }], (text) => text);
  // The list alone would not tell them apart; names with a line break are refused where files are read, as shown above.
  expect(forged).toBe(honest);
});
