import type { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';

export interface Registered {
  readonly model: string;
  readonly version: string;
  readonly runId: string;
}

/** Registers a version whose artifact holds these files, as a training run would, without Python. */
export async function register(
  mlflow: MlflowClient,
  model: string,
  files: Readonly<Record<string, string>>,
): Promise<Registered> {
  const { experimentId } = await mlflow.experiments.getOrCreate('training');
  const { runId } = await mlflow.runs.create({ experimentId, runName: `train-${model}` });
  for (const [path, content] of Object.entries(files)) {
    await mlflow.artifacts.upload({ runId }, `model/${path}`, content);
  }
  await mlflow.registeredModels.getOrCreate(model);
  const { version } = await mlflow.modelVersions.create({ name: model, source: `runs:/${runId}/model`, runId });
  return { model, version, runId };
}
