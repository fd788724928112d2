import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import { newestVersion } from '../../../activities/retrain/find-trained.ts';
import { RETRAIN_TAG } from '../../../domain/retrain.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import { startMlflow, type MlflowServer } from '../../mlflow/support/mlflow-server.ts';
import { depsWith } from '../../support/deps.ts';
import { register } from '../registry/register.ts';

let server: MlflowServer;
let mlflow: MlflowClient;
beforeAll(async () => {
  server = await startMlflow();
  mlflow = new MlflowClient({ trackingUri: server.uri });
});
afterAll(() => server?.stop());

test('of several new versions the one whose run bears the mark is taken', async () => {
  const newest = await trained('marked', null);
  const ours = await trained('marked', OURS);
  await trained('marked', 'local.other.2');
  await trained('marked', null);
  expect(await taken('marked', newest)).toBe(String(ours));
});

test('without a mark the newest version is taken that nobody else claims', async () => {
  const newest = await trained('unmarked', null);
  await trained('unmarked', null);
  const unclaimed = await trained('unmarked', null);
  await trained('unmarked', 'local.other.2');
  expect(await taken('unmarked', newest)).toBe(String(unclaimed));
});

test('the first version of a model is found too', async () => {
  expect(await newestVersion(mlflow, 'first')).toBe(0);
  await trained('first', OURS);
  expect(await taken('first', 0)).toBe('1');
});

test('a job that registered nothing is told what to do, and not asked again', async () => {
  const newest = await trained('nothing-new', OURS);
  await trained('nothing-new', 'local.other.2');
  await expect(taken('nothing-new', newest)).rejects.toMatchObject({
    type: 'NoVersionRegistered',
    nonRetryable: true,
    message: /registered no new version of nothing-new \(the newest was 1\).*registered_model_name="nothing-new"/,
  });
});

const OURS = 'local.digits.1';

/** The number of a version whose run bears a mark, or none. */
async function trained(model: string, mark: string | null): Promise<number> {
  const { runId, version } = await register(mlflow, model, { MLmodel: 'flavors: {}\n' });
  if (mark !== null) await mlflow.runs.setTag(runId, RETRAIN_TAG, mark);
  return Number(version);
}

function taken(model: string, newest: number): Promise<unknown> {
  const { takeTrained } = createRetrainActivities(depsWith({ mlflow }));
  return new MockActivityEnvironment().run(takeTrained, { model, retrainId: OURS, newest });
}
