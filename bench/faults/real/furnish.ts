import type { RolloutClient } from '../../../client/rollout-client.ts';
import { MlflowClient } from '../../../packages/mlflow-client-ts/src/index.ts';
import { firstSpecOf, type Lane } from './lanes.ts';
import type { Path } from './matrix.ts';
import { isClosed, type TemporalLooks } from './temporal-look.ts';
import { until } from './until.ts';

const LIMIT_MS = 120_000;

/** Makes an endpoint of its own for a path: a model with two versions, the first of which serves. */
export async function furnish(
  { mlflow: trackingUri, rollouts, looks }: { mlflow: string; rollouts: RolloutClient; looks: TemporalLooks },
  path: Path,
  endpoint: string,
): Promise<Lane> {
  const mlflow = new MlflowClient({ trackingUri });
  const experimentId = await mlflow.experiments.create(endpoint);
  await mlflow.registeredModels.create(endpoint);
  for (const version of ['1', '2']) {
    const { runId, artifactUri } = await mlflow.runs.create({ experimentId, runName: `${endpoint}-${version}` });
    await mlflow.artifacts.upload({ runId }, 'model/weights.txt', version);
    await mlflow.modelVersions.create({ name: endpoint, source: `${artifactUri}/model`, runId });
  }
  const requestId = `first-${endpoint}`;
  await rollouts.start({ spec: firstSpecOf(endpoint), by: 'campaign', requestId, supersede: false });
  await until(
    `the first version on ${endpoint}`,
    async () => {
      const seen = await looks.look(endpoint);
      return seen !== null && isClosed(seen) && seen.outcome === 'promoted';
    },
    LIMIT_MS,
    200,
  );
  return { path, endpoint, version: '2' };
}
