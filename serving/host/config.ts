import { isAbsolute, join, resolve } from 'node:path';
import { mkdir, realpath } from 'node:fs/promises';
import { NAME_PATTERN } from '../../domain/ids.ts';
import { parseArgs } from 'node:util';

export interface HostConfig {
  /** `$SLIPWAY_HOME/serving`, as an absolute path without links. */
  readonly root: string;
  /** The name under which gates, predictions and labels of this host stand in the database. */
  readonly target: string;
  readonly apiPort: number;
  readonly gatewayPort: number;
  readonly envoyBin: string;
  readonly python: string;
  /** `undefined` leaves it to the `PG…` variables; `null`: no database at all. */
  readonly databaseUrl: string | undefined | null;
  /** Only end what an earlier host left running. */
  readonly shutdown: boolean;
}

/** A flag or variable is wrong; the message names each of them. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
}

const CHECKOUT = resolve(import.meta.dirname, '../..');
const PORTS = { api: '8470', gateway: '8480' };

export const USAGE = `slipway serving host: runs model servers and Envoy for \`slipway up\`

  main.ts [--home FOLDER] [--target NAME] [--port N] [--gateway-port N] [--shutdown]

  --home          data folder            SLIPWAY_HOME          (.slipway in the checkout)
  --target        name in the database   SLIPWAY_TARGET        (local)
  --port          port of the API        SLIPWAY_SERVING_PORT  (${PORTS.api})
  --gateway-port  port for predictions   SLIPWAY_GATEWAY_PORT  (${PORTS.gateway})
  --shutdown      end a host of this folder, or what it left running, and exit

  Also read: DATABASE_URL or PG…, MLFLOW_TRACKING_URI and MLflow's other variables, ENVOY_BIN, SLIPWAY_PYTHON
`;

/** Reads flags and environment, reports all their faults at once, and makes the folder. `null`: only help was asked for. */
export async function readHostConfig(args: readonly string[], env: NodeJS.ProcessEnv): Promise<HostConfig | null> {
  const { help, home, target, port, 'gateway-port': gatewayPort, shutdown } = readFlags(args);
  if (help) return null;
  const faults: string[] = [];
  const asPort = (name: string, text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1 || number > 65_535) faults.push(`${name} is "${text}", not a port`);
    return number;
  };
  const asName = (name: string, text: string): string => {
    if (!new RegExp(NAME_PATTERN).test(text)) faults.push(`${name} is "${text}"; it must match ${NAME_PATTERN}`);
    return text;
  };
  const venv = join(CHECKOUT, '.venv', 'bin');
  const config = {
    target: asName('SLIPWAY_TARGET', target ?? env.SLIPWAY_TARGET ?? 'local'),
    apiPort: asPort('SLIPWAY_SERVING_PORT', port ?? env.SLIPWAY_SERVING_PORT ?? PORTS.api),
    gatewayPort: asPort('SLIPWAY_GATEWAY_PORT', gatewayPort ?? env.SLIPWAY_GATEWAY_PORT ?? PORTS.gateway),
    envoyBin: program(env.ENVOY_BIN ?? join(venv, 'envoy')),
    python: program(env.SLIPWAY_PYTHON ?? join(venv, 'python')),
    databaseUrl: env.DATABASE_URL || (env.PGHOST ? undefined : null),
    shutdown,
  };
  if (faults.length > 0) throw new InvalidConfig(faults.join('; '));
  const root = resolve(home ?? env.SLIPWAY_HOME ?? join(CHECKOUT, '.slipway'), 'serving');
  await mkdir(root, { recursive: true, mode: 0o700 });
  return { ...config, root: await realpath(root) };
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { home: text, target: text, port: text, 'gateway-port': text, shutdown: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new InvalidConfig(error instanceof Error ? error.message : String(error));
  }
}

/** Model servers run in folders of their own, where a relative path would mean something else. */
function program(given: string): string {
  return given.includes('/') && !isAbsolute(given) ? resolve(given) : given;
}
