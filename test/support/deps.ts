import type { Deps } from '../../activities/deps.ts';
import { failure } from '../../activities/failures.ts';
import type { MlflowClient } from '../../packages/mlflow-client-ts/src/index.ts';

/** Ports that refuse, except those that a test fills in. */
export function depsWith(parts: Partial<Deps>): Deps {
  return {
    pool: undefined as unknown as Deps['pool'],
    mlflow: undefined as unknown as MlflowClient,
    target: (name) => Promise.reject(failure('Unsupported', `no target is named "${name}"`)),
    fetch: globalThis.fetch,
    env: {},
    clock: Date.now,
    ...parts,
  };
}
