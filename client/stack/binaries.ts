import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { bringTemporalServer, TEMPORAL_SERVER_CACHE } from './bring-temporal-server.ts';
import { ROOT } from './paths.ts';
import { StackFault } from './part.ts';

/** The Temporal CLI: `TEMPORAL_BIN`, else the one that `npm run setup` brought. */
export function temporalBinary(env: NodeJS.ProcessEnv): string {
  return program('the Temporal CLI', env.TEMPORAL_BIN, 'temporal', 'TEMPORAL_BIN');
}

/** A Python that has MLflow: `SLIPWAY_PYTHON`, else the project's own. */
export function pythonBinary(env: NodeJS.ProcessEnv): string {
  return program("the project's Python", env.SLIPWAY_PYTHON, 'python', 'SLIPWAY_PYTHON');
}

export function envoyBinary(env: NodeJS.ProcessEnv): string {
  return program('Envoy', env.ENVOY_BIN, 'envoy', 'ENVOY_BIN');
}

/** The programs of a production Temporal server. */
export interface TemporalServerBinaries {
  readonly server: string;
  /** Makes and updates the schemas. */
  readonly sqlTool: string;
}

/**
 * `TEMPORAL_SERVER_BIN` and `TEMPORAL_SQL_TOOL_BIN`, else those that `npm run temporal-server` brought, which is run where
 * they are missing.
 */
export async function temporalServerBinaries(
  env: NodeJS.ProcessEnv,
  note: (text: string) => void,
): Promise<TemporalServerBinaries> {
  const { TEMPORAL_SERVER_BIN, TEMPORAL_SQL_TOOL_BIN } = env;
  const server = TEMPORAL_SERVER_BIN ?? join(TEMPORAL_SERVER_CACHE, 'temporal-server');
  const sqlTool = TEMPORAL_SQL_TOOL_BIN ?? join(TEMPORAL_SERVER_CACHE, 'temporal-sql-tool');
  const missing = (!TEMPORAL_SERVER_BIN && !isExecutable(server)) || (!TEMPORAL_SQL_TOOL_BIN && !isExecutable(sqlTool));
  if (missing) await bringTemporalServer(env, note);
  const remedy = 'or unset it to have one brought here';
  for (const [file, variable] of [
    [server, 'TEMPORAL_SERVER_BIN'],
    [sqlTool, 'TEMPORAL_SQL_TOOL_BIN'],
  ] as const)
    if (!isExecutable(file)) throw new StackFault(`there is no program at ${file}: correct ${variable} ${remedy}`);
  return { server, sqlTool };
}

/** Temporal's Web UI as a program of its own, `null` where there is none: `TEMPORAL_UI_BIN`, else the one brought here. */
export function temporalUiBinary(env: NodeJS.ProcessEnv): string | null {
  const file = env.TEMPORAL_UI_BIN ?? join(TEMPORAL_SERVER_CACHE, 'temporal-ui-server');
  return isExecutable(file) ? file : null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function program(title: string, given: string | undefined, name: string, variable: string): string {
  const file = given ?? join(ROOT, '.venv', 'bin', name);
  if (isExecutable(file)) return file;
  const remedy =
    given === undefined ? 'run `npm run setup`' : `correct ${variable} or unset it and run \`npm run setup\``;
  throw new StackFault(`${title} is not at ${file}: ${remedy}`);
}
