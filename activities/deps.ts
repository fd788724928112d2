import type { Pool } from 'pg';
import type { MlflowClient } from '../packages/mlflow-client-ts/src/index.ts';
import type { ServingTarget } from './targets/target.ts';

/** The ports that activities reach the world through; the worker fills them in, tests may exchange each. */
export interface Deps {
  readonly pool: Pool;
  readonly mlflow: MlflowClient;
  /** @throws `Unsupported` failure for a name that no configuration knows */
  readonly target: (name: string) => Promise<ServingTarget>;
  readonly fetch: typeof globalThis.fetch;
  /** Secrets of webhooks are named in the specification and read from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
