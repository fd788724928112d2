import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askCli } from './cli.ts';

/** Where the demo's stack is, and the environment that leads there. */
export interface DemoStack {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly mlflow: string;
  /** `host:port`. */
  readonly temporal: string;
  readonly temporalUi: string;
  readonly gateway: string;
  readonly serving: string;
  /** The serving host's bearer token. */
  readonly token: string;
}

export interface StackStatus {
  readonly home: string;
  readonly addresses: {
    readonly mlflow: string;
    readonly temporal: string;
    readonly temporalUi: string;
    readonly gateway: string;
    readonly serving: string;
  };
  readonly parts: readonly { readonly name: string; readonly memoryBytes: number | null }[];
}

export async function findStack(env: NodeJS.ProcessEnv): Promise<DemoStack> {
  const { home, addresses } = await askCli<StackStatus>(['status'], env);
  const token = await readFile(join(home, 'serving', 'token'), 'utf8');
  return { env, home, ...addresses, token: token.trim() };
}

/** An environment without another stack: the demo shows what comes with Slipway, whatever else a shell points at. */
export function withoutStack(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    DATABASE_URL: _db,
    SLIPWAY_DATABASE_OWNER_URL: _owner,
    MLFLOW_TRACKING_URI: _mlflow,
    TEMPORAL_ADDRESS: _temporal,
    TEMPORAL_PROFILE: _profile,
    TEMPORAL_CONFIG_FILE: _file,
    ...rest
  } = env;
  return rest;
}
