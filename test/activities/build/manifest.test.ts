import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManifest } from '../../../activities/build/manifest.ts';
import { digestVersion } from '../../../activities/registry/digest-version.ts';
import { versionKey } from '../../../domain/ids.ts';
import type { Runtime } from '../../../domain/model-version.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import { startMlflow, type MlflowServer } from '../../mlflow/support/mlflow-server.ts';
import { register } from '../registry/register.ts';

let server: MlflowServer;
let mlflow: MlflowClient;

beforeAll(async () => {
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
});

afterAll(() => server?.stop());

const MLMODEL = `
flavors:
  python_function: { loader_module: mlflow.sklearn, python_version: 3.11.7 }
  sklearn: { sklearn_version: 1.9.1 }
mlflow_version: 3.17.2
model_id: m-1
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "x", "required": true}]'
  outputs: '[{"type": "long"}]'
  params: null
utc_time_created: '2026-01-01 00:00:00'
`;
const EXAMPLE = '{"dataframe_split": {"columns": ["x"], "data": [[1.5]]}}';
const WHOLE = {
  MLmodel: MLMODEL,
  'model.skops': 'weights',
  'serving_input_example.json': EXAMPLE,
  'requirements.txt': '# made by mlflow\nmlflow==3.17.2\nscikit-learn==1.9.1\n',
};

async function facts(name: string, files: Readonly<Record<string, string>>, runtime: Runtime = { kind: 'mlflow' }) {
  const registered = await register(mlflow, name, files);
  const { digest } = await digestVersion(mlflow, registered);
  const key = versionKey(registered.version, digest);
  return {
    rolloutId: `local.${name}.1`,
    candidate: { ...registered, digest, key, source: `models:/${name}/${registered.version}` },
    plan: { runtime },
  };
}

describe('the manifest', () => {
  it('lists every file with its hash, and what the model says of itself', async () => {
    const given = await facts('whole', WHOLE);
    const { uri, warnings, smokeRequest } = await createManifest(mlflow, given);
    expect(warnings).toEqual([]);
    expect(smokeRequest).toBe(EXAMPLE);
    expect(uri).toBe(`runs:/${given.candidate.runId}/slipway/local.whole.1/manifest.json`);
    const manifest: unknown = JSON.parse(
      await mlflow.artifacts.text({ runId: given.candidate.runId }, 'slipway/local.whole.1/manifest.json'),
    );
    expect(manifest).toMatchObject({
      digest: given.candidate.digest,
      runtime: { kind: 'mlflow' },
      package: {
        flavors: ['python_function', 'sklearn'],
        pythonVersion: '3.11.7',
        requirements: ['mlflow==3.17.2', 'scikit-learn==1.9.1'],
        signature: { inputs: [{ type: 'double', name: 'x', required: true }] },
      },
      files: Object.keys(WHOLE)
        .sort()
        .map((path) => ({ path })),
    });
  });

  it('warns of what cannot be checked, and goes on', async () => {
    const bare = {
      MLmodel: 'flavors: { python_function: {} }\n',
      'requirements.txt': 'mlflow\nnumpy>=2\nscipy==1.17.1\n',
    };
    const { warnings, smokeRequest } = await createManifest(mlflow, await facts('bare', bare));
    expect(smokeRequest).toBeNull();
    expect(warnings.map((warning) => warning.split(':')[0])).toEqual([
      'no signature',
      'no input example of at most 1 MB',
      'requirements not pinned',
    ]);
    expect(warnings[2]).toBe('requirements not pinned: mlflow, numpy>=2');
  });

  it('makes a request of the bare example that MLflow 2 wrote', async () => {
    const info =
      'saved_input_example_info: { artifact_path: input_example.json, pandas_orient: split, type: dataframe }\n';
    const files = { MLmodel: `flavors: { python_function: {} }\n${info}`, 'input_example.json': '{"data": [[1]]}' };
    const { smokeRequest } = await createManifest(mlflow, await facts('older', files));
    expect(smokeRequest).toBe('{"dataframe_split": {"data": [[1]]}}');
  });

  it.each([
    ['has no MLmodel', { 'model.bin': 'x' }, /no MLmodel at its root, so MLflow cannot serve it/],
    ['has an MLmodel that is none', { MLmodel: ': [' }, /MLmodel of .* is not one: it has no flavors/],
    [
      'has no flavor that MLflow serves',
      { MLmodel: 'flavors: { spark: {} }' },
      /no python_function flavor \(only spark\)/,
    ],
  ])('is refused when the package %s', async (_, files, message) => {
    const broken = createManifest(mlflow, await facts('broken', files));
    await expect(broken).rejects.toMatchObject({ type: 'CandidateBroken', nonRetryable: true });
    await expect(broken).rejects.toThrow(message);
  });

  it('is made for anything that a command serves', async () => {
    const runtime: Runtime = { kind: 'command', command: ['serve'], healthPath: '/health', predictPath: '/predict' };
    const { warnings } = await createManifest(mlflow, await facts('onnx', { 'model.onnx': 'x' }, runtime));
    expect(warnings).toEqual(['the artifact has no MLmodel at its root: nothing is known of its inputs']);
    const rehearsed: Runtime = { kind: 'drill', fault: { kind: 'errors' }, of: runtime };
    const drill = await createManifest(mlflow, await facts('onnx-drill', { 'model.onnx': 'x' }, rehearsed));
    expect(drill.warnings, 'also in a drill').toEqual(warnings);
  });

  it('is refused when the files were changed after the version was pinned', async () => {
    const given = await facts('changed', WHOLE);
    await mlflow.artifacts.upload({ runId: given.candidate.runId }, 'model/model.skops', 'other weights');
    await expect(createManifest(mlflow, given)).rejects.toThrow('was changed in the registry');
  });
});
