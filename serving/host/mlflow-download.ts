import type { Download } from './artifact.ts';
import { GiveUp } from './give-up.ts';
import { isMlflowError, MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';

/** Downloads from the tracking server that MLflow's own variables name. */
export function createMlflowDownload(environment: NodeJS.ProcessEnv): Download {
  return async (source, folder, signal) => {
    try {
      await MlflowClient.fromEnv({}, environment).artifacts.downloadAll(source, '', folder, { signal });
    } catch (error) {
      if (isMlflowError(error) && !error.transient) throw new GiveUp(error.message, { cause: error.cause });
      throw error;
    }
  };
}
