import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { collect } from '../../../packages/mlflow-client-ts/src/index.ts';
import { clientAt, newRun, unique, type Address } from './context.ts';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31) % 251);

export function artifactPromises(address: Address): void {
  test('text, bytes, a file and a stream are uploaded and come back unchanged', async () => {
    const mlflow = clientAt(address());
    const run = await newRun(mlflow);
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'local.bin'), BYTES);
    await mlflow.artifacts.upload(run, 'text.txt', 'Grüße\n');
    await mlflow.artifacts.upload(run, 'deep/er/bytes.bin', BYTES);
    await mlflow.artifacts.upload(run, 'file.bin', { file: join(directory, 'local.bin') });
    await mlflow.artifacts.upload(run, 'stream.bin', streamOf(BYTES));
    await mlflow.artifacts.upload(run, 'empty', '');
    expect(await mlflow.artifacts.text(run, 'text.txt')).toBe('Grüße\n');
    for (const path of ['deep/er/bytes.bin', 'file.bin', 'stream.bin']) {
      expect(Buffer.compare(await mlflow.artifacts.bytes(run, path), BYTES)).toBe(0);
    }
    expect(await mlflow.artifacts.bytes(run, 'empty')).toHaveLength(0);
  });

  test('an upload replaces the file that was there, a removed file is gone', async () => {
    const mlflow = clientAt(address());
    const run = await newRun(mlflow);
    await mlflow.artifacts.upload(run, 'report.json', '{"v":1}');
    await mlflow.artifacts.upload(run, 'report.json', '{"v":2}');
    expect(await mlflow.artifacts.text(run, 'report.json')).toBe('{"v":2}');
    await mlflow.artifacts.delete(run, 'report.json');
    await expect(mlflow.artifacts.text(run, 'report.json')).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
      status: 404,
    });
  });

  test('file names with spaces, umlauts, plus, percent and question mark survive the way there and back', async () => {
    const mlflow = clientAt(address());
    const run = await newRun(mlflow);
    const names = ['a b.txt', 'ä+ö.txt', '100%.txt', 'what?.txt', 'x&y=z.txt'];
    for (const name of names) await mlflow.artifacts.upload(run, `dir with space/${name}`, name);
    const files = await collect(mlflow.artifacts.files(run));
    expect(files.map((file) => file.path)).toEqual([...names].sort().map((name) => `dir with space/${name}`));
    for (const name of names) expect(await mlflow.artifacts.text(run, `dir with space/${name}`)).toBe(name);
  });

  test('files come in the order of their paths, with sizes, and directories are listed one level deep', async () => {
    const mlflow = clientAt(address());
    const run = await newRun(mlflow);
    for (const path of ['b/c.txt', 'b.txt', 'a', 'B', 'b/a/z', 'b-x']) await mlflow.artifacts.upload(run, path, path);
    const files = await collect(mlflow.artifacts.files(run));
    expect(files.map((file) => file.path)).toEqual(['B', 'a', 'b-x', 'b.txt', 'b/a/z', 'b/c.txt']);
    expect(files.map((file) => file.size)).toEqual(files.map((file) => file.path.length));
    expect(await mlflow.artifacts.list(run, 'b')).toEqual([
      { path: 'b/a', isDirectory: true, size: undefined },
      { path: 'b/c.txt', isDirectory: false, size: 7 },
    ]);
  });

  test('a model version’s files are found from its run, its logged model, its alias or itself', async () => {
    const mlflow = clientAt(address());
    const { experimentId, runId } = await newRun(mlflow);
    const { name } = await mlflow.registeredModels.create(unique('fraud'));
    await mlflow.artifacts.upload({ runId }, 'model/MLmodel', 'of the run');
    await mlflow.artifacts.upload({ runId }, 'other.txt', 'not of the model');
    const ofRun = await mlflow.modelVersions.create({ name, runId, source: `runs:/${runId}/model` });
    const { modelId } = await mlflow.loggedModels.create({ experimentId, sourceRunId: runId });
    await mlflow.artifacts.upload({ modelId }, 'MLmodel', 'of the model');
    await mlflow.artifacts.upload(`models:/${modelId}`, 'data/model.skops', BYTES);
    const ofModel = await mlflow.modelVersions.create({ name, modelId, source: `models:/${modelId}` });
    await mlflow.registeredModels.setAlias(name, 'champion', ofRun.version);
    expect(ofModel.modelId).toBe(modelId);
    expect(await mlflow.artifacts.text(ofRun, 'MLmodel')).toBe('of the run');
    expect(await mlflow.artifacts.text(`models:/${name}@champion`, 'MLmodel')).toBe('of the run');
    expect(await mlflow.artifacts.text({ name, version: 2 }, 'MLmodel')).toBe('of the model');
    const files = await collect(mlflow.artifacts.files(`models:/${name}/2`));
    expect(files.map(({ path, size }) => ({ path, size }))).toEqual([
      { path: 'MLmodel', size: 12 },
      { path: 'data/model.skops', size: BYTES.length },
    ]);
  });

  test('a digest over a version’s files can be computed from their streams', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    const { name } = await mlflow.registeredModels.create(unique('fraud'));
    await mlflow.artifacts.upload({ runId }, 'model/b.bin', BYTES);
    await mlflow.artifacts.upload({ runId }, 'model/a.txt', 'first');
    const version = await mlflow.modelVersions.create({ name, runId, source: `runs:/${runId}/model` });
    const digest = createHash('sha256');
    for await (const file of mlflow.artifacts.files(version)) {
      digest.update(`${file.path}\0`);
      for await (const chunk of file.stream()) digest.update(chunk);
    }
    const expected = createHash('sha256').update('a.txt\0first').update('b.bin\0').update(BYTES);
    expect(digest.digest('hex')).toBe(expected.digest('hex'));
  });

  test('a version whose files are missing is an error, not an empty list', async () => {
    const mlflow = clientAt(address());
    const { runId } = await newRun(mlflow);
    const { name } = await mlflow.registeredModels.create(unique('fraud'));
    const version = await mlflow.modelVersions.create({ name, runId, source: `runs:/${runId}/nothing` });
    await expect(collect(mlflow.artifacts.files(version))).rejects.toMatchObject({
      errorCode: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  test('a directory is downloaded with its files, and a failed download leaves nothing behind', async () => {
    const mlflow = clientAt(address());
    const run = await newRun(mlflow);
    await mlflow.artifacts.upload(run, 'model/MLmodel', 'x');
    await mlflow.artifacts.upload(run, 'model/data/weights.bin', BYTES);
    const target = await temporaryDirectory();
    expect(await mlflow.artifacts.downloadAll(run, 'model', target)).toEqual([
      'model/MLmodel',
      'model/data/weights.bin',
    ]);
    expect(Buffer.compare(await readFile(join(target, 'model/data/weights.bin')), BYTES)).toBe(0);
    await expect(mlflow.artifacts.download(run, 'no/such', join(target, 'none'))).rejects.toMatchObject({
      status: 404,
    });
    expect(await readdir(target)).toEqual(['model']);
  });

  test('a store that only the server can reach is read and written through the server', async () => {
    const mlflow = clientAt(address());
    const artifactLocation = await temporaryDirectory();
    const experimentId = await mlflow.experiments.create(unique('direct'), { artifactLocation });
    const { runId } = await mlflow.runs.create({ experimentId });
    await mlflow.artifacts.upload({ runId }, 'model/data/a.txt', 'direct');
    await mlflow.artifacts.upload({ runId }, 'model/b.bin', BYTES);
    const { name } = await mlflow.registeredModels.create(unique('fraud'));
    const source = join(artifactLocation, runId, 'artifacts', 'model');
    for (const version of [
      await mlflow.modelVersions.create({ name, runId, source }),
      await mlflow.modelVersions.create({ name, runId, source: `runs:/${runId}/model` }),
    ]) {
      const files = await collect(mlflow.artifacts.files(version));
      expect(files.map((file) => file.path)).toEqual(['b.bin', 'data/a.txt']);
      expect(await mlflow.artifacts.text(version, 'data/a.txt')).toBe('direct');
    }
    const model = await mlflow.loggedModels.create({ experimentId, sourceRunId: runId });
    await expect(mlflow.artifacts.upload(model, 'x', 'x')).rejects.toMatchObject({ errorCode: 'UNSUPPORTED' });
  });

  test('paths that lead out of the root are refused before anything is sent', async () => {
    const mlflow = clientAt(address());
    const run = await newRun(mlflow);
    for (const path of ['../x', '/etc/passwd', 'a/../b', 'a\\b', 'a//b', '', 'a#b', 'a%2e%2e']) {
      await expect(mlflow.artifacts.upload(run, path, 'x'), path).rejects.toMatchObject({
        errorCode: 'INVALID_ARGUMENT',
        attempts: 0,
      });
    }
  });
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
      controller.close();
    },
  });
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mlflow-client-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
