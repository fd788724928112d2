import { MlflowClient, type MlflowClientOptions, type Run } from '../../../packages/mlflow-client-ts/src/index.ts';

/** The address of the server that the suites share; known once their `beforeAll` has run. */
export type Address = () => string;

export function clientAt(address: string, options: Partial<MlflowClientOptions> = {}): MlflowClient {
  return new MlflowClient({ trackingUri: address, ...options });
}

let count = 0;

/** A name that no other test uses. */
export function unique(name: string): string {
  count += 1;
  return `${name}-${count}`;
}

export async function newRun(mlflow: MlflowClient): Promise<Run> {
  const experimentId = await mlflow.experiments.create(unique('experiment'));
  return mlflow.runs.create({ experimentId });
}
