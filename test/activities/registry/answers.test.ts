import { expect, it } from 'vitest';
import { readLineage } from '../../../activities/registry/lineage.ts';
import { resolveVersion } from '../../../activities/registry/resolve-version.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';

/** A registry that gives this answer to everything: for states that a real one shows only for a moment. */
const answering = (answer: unknown) =>
  new MlflowClient({ trackingUri: 'http://registry', fetch: () => Promise.resolve(Response.json(answer)) });

it.each([
  ['PENDING_REGISTRATION', 'NotReady', false, 'digits version 3 is still being registered: copying'],
  ['FAILED_REGISTRATION', 'VersionNotFound', true, 'the registration of digits version 3 failed: copying'],
])('does not roll out a version in state %s', async (status, type, nonRetryable, message) => {
  const mlflow = answering({ model_version: { name: 'digits', version: '3', status, status_message: 'copying' } });
  await expect(resolveVersion(mlflow, 'digits', '3')).rejects.toMatchObject({ type, nonRetryable, message });
});

it('reads which data a run was trained and validated on', async () => {
  const input = (name: string, tags: { key: string; value: string }[]) => ({ tags, dataset: { name, digest: 'd1' } });
  const run = {
    info: { run_id: 'r1', experiment_id: '1', status: 'FINISHED', user_id: 'ann' },
    inputs: {
      dataset_inputs: [input('train', [{ key: 'mlflow.data.context', value: 'training' }]), input('other', [])],
    },
  };
  expect(await readLineage(answering({ run }), 'r1')).toMatchObject({
    user: 'ann',
    datasets: [
      { name: 'train', digest: 'd1', context: 'training' },
      { name: 'other', digest: 'd1', context: null },
    ],
  });
});
