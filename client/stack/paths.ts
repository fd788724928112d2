import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { PartName } from './part.ts';

/** The checkout, or the installed package. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where everything under `SLIPWAY_HOME` lies. */
export function pathsUnder(home: string) {
  return {
    record: join(home, 'stack.json'),
    lock: join(home, 'stack.lock'),
    logs: join(home, 'logs'),
    log: (part: PartName) => join(home, 'logs', `${part}.log`),
    temporal: join(home, 'temporal'),
    postgres: join(home, 'postgres'),
    postgresData: join(home, 'postgres', 'data'),
    postgresPasswords: join(home, 'postgres', 'passwords.json'),
    mlflow: join(home, 'mlflow'),
    servingHost: join(home, 'serving', 'host.json'),
    servingToken: join(home, 'serving', 'token'),
  };
}

export type StackPaths = ReturnType<typeof pathsUnder>;
