import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
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

function program(title: string, given: string | undefined, name: string, variable: string): string {
  const file = given ?? join(ROOT, '.venv', 'bin', name);
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    const remedy =
      given === undefined ? 'run `npm run setup`' : `correct ${variable} or unset it and run \`npm run setup\``;
    throw new StackFault(`${title} is not at ${file}: ${remedy}`);
  }
}
