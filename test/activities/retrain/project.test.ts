import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import type { JobDone } from '../../../activities/retrain/job.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import { startMlflow, type MlflowServer } from '../../mlflow/support/mlflow-server.ts';
import { depsWith } from '../../support/deps.ts';
import { asked } from './support.ts';

const PROJECT = `name: projected
entry_points:
  main:
    parameters:
      epochs: {type: int, default: 1}
    command: "python train.py {epochs}"
  broken:
    command: "python train.py nothing"
`;
const TRAIN = `import sys
import mlflow
epochs = int(sys.argv[1])
with mlflow.start_run() as run:
    print("trained for", epochs, "epochs")
    client = mlflow.MlflowClient()
    client.create_registered_model("projected")
    client.create_model_version("projected", run.info.artifact_uri, run.info.run_id)
`;

let home: string;
let server: MlflowServer;
let mlflow: MlflowClient;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-project-'));
  await mkdir(join(home, 'training'));
  await writeFile(join(home, 'training/MLproject'), PROJECT);
  await writeFile(join(home, 'training/train.py'), TRAIN);
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
}, 180_000);
afterAll(async () => {
  await server?.stop();
  await rm(home, { recursive: true });
});

test('an MLflow Project runs with its parameters, and what it registers is known by the mark on its run', async () => {
  const { log } = await train('main', 'local.digits.1');
  expect(await readFile(log ?? '', 'utf8')).toContain('trained for 3 epochs');
  const { takeTrained } = activities();
  const taken = await new MockActivityEnvironment().run(takeTrained, {
    ...{ model: 'projected', retrainId: 'local.digits.1', newest: 0 },
  });
  expect(taken).toBe('1');
  const { runId } = await mlflow.modelVersions.get({ name: 'projected', version: '1' });
  expect((await mlflow.runs.get(runId ?? '')).tags).toMatchObject({ 'slipway.retrain': 'local.digits.1' });
}, 120_000);

test('one that fails ends the retraining with the end of its log', async () => {
  await expect(train('broken', 'local.digits.2')).rejects.toMatchObject({
    type: 'JobFailed',
    message: expect.stringMatching(/ended with code 1\n.*invalid literal for int/s) as string,
  });
}, 120_000);

function activities() {
  const env = { ...process.env, SLIPWAY_HOME: home, MLFLOW_TRACKING_URI: server.uri };
  return createRetrainActivities(depsWith({ mlflow, env, clock: Date.now }));
}

async function train(entryPoint: string, retrainId: string): Promise<JobDone> {
  const project = { uri: join(home, 'training'), entryPoint, parameters: entryPoint === 'main' ? { epochs: 3 } : {} };
  const { trainModel } = activities();
  return new MockActivityEnvironment().run(trainModel, asked({ job: { project } }, retrainId));
}
