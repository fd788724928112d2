import { expect, test } from 'vitest';
import { collect } from '../../../packages/mlflow-client-ts/src/index.ts';
import { clientAt, newRun, unique, type Address } from './context.ts';

export function loggedModelPromises(address: Address): void {
  test('a logged model is pending until it is finalized, and keeps params and tags', async () => {
    const mlflow = clientAt(address());
    const { experimentId, runId } = await newRun(mlflow);
    const model = await mlflow.loggedModels.create({
      experimentId,
      name: 'forest',
      modelType: 'sklearn',
      sourceRunId: runId,
      params: { depth: '4' },
      tags: { first: '1' },
    });
    expect(model).toMatchObject({ name: 'forest', sourceRunId: runId, status: 'LOGGED_MODEL_PENDING' });
    expect(model.modelId).toMatch(/^m-/);
    await mlflow.loggedModels.setTags(model.modelId, { 'second tag/': '2' });
    await mlflow.loggedModels.deleteTag(model.modelId, 'first');
    expect((await mlflow.loggedModels.finalize(model.modelId)).status).toBe('LOGGED_MODEL_READY');
    expect(await mlflow.loggedModels.get(model.modelId)).toMatchObject({
      status: 'LOGGED_MODEL_READY',
      modelType: 'sklearn',
      params: { depth: '4' },
      tags: { 'second tag/': '2' },
      artifactUri: `mlflow-artifacts:/${experimentId}/models/${model.modelId}/artifacts`,
    });
  });

  test('a metric logged for a model shows on the model', async () => {
    const mlflow = clientAt(address());
    const { experimentId, runId } = await newRun(mlflow);
    const { modelId } = await mlflow.loggedModels.create({ experimentId, sourceRunId: runId });
    await mlflow.runs.logMetric(runId, { key: 'accuracy', value: 0.9, modelId });
    const { metrics } = await mlflow.loggedModels.get(modelId);
    expect(metrics).toMatchObject([{ key: 'accuracy', value: 0.9, modelId }]);
  });

  test('a search finds logged models by name, in the order asked for, page by page', async () => {
    const mlflow = clientAt(address());
    const experimentId = await mlflow.experiments.create(unique('experiment'));
    for (const name of ['c', 'a', 'b', 'other']) await mlflow.loggedModels.create({ experimentId, name });
    const search = {
      experimentIds: [experimentId],
      filter: "name != 'other'",
      orderBy: [{ fieldName: 'name' }],
      pageSize: 2,
    };
    const found = await collect(mlflow.loggedModels.search(search));
    expect(found.map((model) => model.name)).toEqual(['a', 'b', 'c']);
  });

  test('a deleted logged model is gone', async () => {
    const mlflow = clientAt(address());
    const { experimentId } = await newRun(mlflow);
    const { modelId } = await mlflow.loggedModels.create({ experimentId });
    await mlflow.loggedModels.delete(modelId);
    await expect(mlflow.loggedModels.get(modelId)).rejects.toMatchObject({ errorCode: 'RESOURCE_DOES_NOT_EXIST' });
  });
}
