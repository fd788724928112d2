import { addressesOf } from './addresses.ts';
import { ALL_PARTS } from './parts/all.ts';
import { hasWebUi } from './parts/temporal-engine.ts';
import { isRunning } from './process-table.ts';
import { pathsUnder, type StackPaths } from './paths.ts';
import { PARTS, type Addresses, type PartName, type StackContext } from './part.ts';
import { PREFERRED, type PortName, type Ports } from './ports.ts';
import { readPasswords } from './passwords.ts';
import { readRecord, type StackRecord } from './record.ts';

/** What `up`, `down` and `status` are told. */
export interface StackOptions {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** The parts that are meant; all when absent. */
  readonly only?: readonly PartName[];
}

/** The stack as recorded, without changing or starting anything. */
export async function recordedContext({ home, env }: StackOptions, record: StackRecord): Promise<StackContext> {
  const paths = pathsUnder(home);
  return createContext(home, env, paths, { ...PREFERRED, ...record.ports });
}

export async function createContext(
  home: string,
  env: NodeJS.ProcessEnv,
  paths: StackPaths,
  ports: Ports,
): Promise<StackContext> {
  const passwords = await readPasswords(paths.postgresPasswords);
  const addresses = addressesOf(env, ports, passwords);
  const withUi = await hasWebUi({ env, paths });
  return {
    ...{ home, env, paths, ports, note: () => undefined },
    addresses: withUi || env.SLIPWAY_WEB_URL ? addresses : { ...addresses, temporalUi: null },
  };
}

/** Where everything is, as the environment and the last `up` say. */
export async function readAddresses(options: StackOptions): Promise<Addresses> {
  const record = await readRecord(pathsUnder(options.home).record);
  return (await recordedContext(options, record)).addresses;
}

/** Whether the environment names an existing one, which is never started or stopped. */
export function isExternal(name: PartName, env: NodeJS.ProcessEnv): boolean {
  const { variable } = ALL_PARTS[name];
  return variable !== null && Boolean(env[variable]);
}

/** Parts whose recorded process lives. */
export function runningParts(record: StackRecord): PartName[] {
  return PARTS.filter((name) => {
    const process = record.processes[name];
    return process !== undefined && isRunning(process);
  });
}

export function portsOf(names: readonly PartName[]): Set<PortName> {
  return new Set(names.flatMap((name) => ALL_PARTS[name].ports));
}
