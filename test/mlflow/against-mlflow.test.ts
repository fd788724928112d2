import { afterAll, beforeAll, describe } from 'vitest';
import { artifactPromises } from './against-mlflow/artifacts.ts';
import { brokenTransferPromises } from './against-mlflow/broken-transfers.ts';
import { experimentPromises } from './against-mlflow/experiments.ts';
import { faultPromises } from './against-mlflow/faults.ts';
import { loggedModelPromises } from './against-mlflow/logged-models.ts';
import { readmePromises } from './against-mlflow/readme.ts';
import { registryPromises } from './against-mlflow/registry.ts';
import { runPromises } from './against-mlflow/runs.ts';
import { webhookPromises } from './against-mlflow/webhooks.ts';
import { startMlflow, type MlflowServer } from './support/mlflow-server.ts';

// One server for all of them: its start takes longer than all the tests together.
describe('against a real MLflow server', () => {
  let server: MlflowServer;
  const address = (): string => server.uri;

  beforeAll(async () => {
    server = await startMlflow();
  }, 120_000);
  afterAll(() => server?.stop(), 30_000);

  describe('experiments', () => experimentPromises(address));
  describe('runs', () => runPromises(address));
  describe('artifacts', () => artifactPromises(address));
  describe('the model registry', () => registryPromises(address));
  describe('logged models', () => loggedModelPromises(address));
  describe('webhooks', () => webhookPromises(address));
  describe('faults on the way', () => faultPromises(address));
  describe('transfers that break', () => brokenTransferPromises(address));
  describe('the README', () => readmePromises(address));
});
