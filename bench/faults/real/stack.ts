import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathsUnder } from '../../../client/stack/paths.ts';
import type { Addresses, PartName } from '../../../client/stack/part.ts';
import { readAddresses } from '../../../client/stack/context.ts';
import { readRecord } from '../../../client/stack/record.ts';
import { slipway } from './slipway.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** The servers that others reach by way of a proxy. */
export type Proxied = 'temporal' | 'postgres' | 'mlflow' | 'serving';

const SERVERS: readonly PartName[] = ['temporal', 'postgres', 'mlflow'];

/**
 * A whole stack in two homes: the servers in one, the serving host and the worker in the other, which reaches everything
 * through proxies that can be broken. The campaign itself uses the direct ways.
 */
export class RealStack {
  readonly folder: string;
  readonly proxies: Readonly<Record<Proxied, Proxy>>;
  readonly addresses: Addresses;
  /** The serving host's API, its gateway and its bearer token, directly. */
  readonly host: { readonly url: string; readonly gateway: string; readonly token: string };

  private constructor(folder: string, proxies: Record<Proxied, Proxy>, addresses: Addresses, host: RealStack['host']) {
    this.folder = folder;
    this.proxies = proxies;
    this.addresses = addresses;
    this.host = host;
  }

  /** Brings everything up under a temporary folder. */
  static async start(): Promise<RealStack> {
    // Short, since Unix sockets lie below it.
    const folder = await mkdtemp(join(tmpdir(), 'slf-'));
    const open: Partial<Record<Proxied, Proxy>> = {};
    try {
      await bringUp(folder, SERVERS, {});
      const addresses = await readAddresses({ home: homeOf(folder, 'temporal'), env: ownEnv() });
      const portOf = (text: string) => Number(/:(\d+)(?:\/|$)/.exec(text)?.[1]);
      open.temporal = await startProxy({ port: portOf(addresses.temporal) });
      open.postgres = await startProxy({ port: Number(new URL(addresses.database).port) });
      open.mlflow = await startProxy({ port: portOf(addresses.mlflow) });
      await bringUp(folder, ['serving'], { addresses, proxies: open });
      const home = homeOf(folder, 'serving');
      const { ports } = await readRecord(pathsUnder(home).record);
      open.serving = await startProxy({ port: ports.serving ?? 0 });
      const tokenFile = pathsUnder(home).servingToken;
      const target = { kind: 'local', url: `http://127.0.0.1:${open.serving.port}`, tokenFile };
      await writeFile(join(folder, 'slipway.yaml'), JSON.stringify({ targets: { local: target } }));
      await bringUp(folder, ['worker'], { addresses, proxies: open });
      const host = {
        url: `http://127.0.0.1:${ports.serving}`,
        gateway: `http://127.0.0.1:${ports.gateway}`,
        token: (await readFile(tokenFile, 'utf8')).trim(),
      };
      return new RealStack(folder, open as Record<Proxied, Proxy>, addresses, host);
    } catch (error) {
      await takeDown(folder, Object.values(open));
      throw error;
    }
  }

  /** What the supervisor of a production stack does: starts the part again if it is not there. */
  up(part: PartName): Promise<void> {
    return bringUp(this.folder, [part], this);
  }

  /** The environment in which the CLI finds this stack, without proxies. */
  get env(): NodeJS.ProcessEnv {
    const { temporal, database, databaseOwner, mlflow } = this.addresses;
    return {
      ...ownEnv(),
      SLIPWAY_HOME: homeOf(this.folder, 'serving'),
      TEMPORAL_ADDRESS: temporal,
      DATABASE_URL: database,
      SLIPWAY_DATABASE_OWNER_URL: databaseOwner ?? '',
      MLFLOW_TRACKING_URI: mlflow,
    };
  }

  get isTemporalOnPostgres(): boolean {
    return process.env.SLIPWAY_ENGINE === 'postgres';
  }

  async pidOf(part: PartName): Promise<number> {
    const { processes } = await readRecord(pathsUnder(homeOf(this.folder, part)).record);
    return processes[part]?.pid ?? missing(part);
  }

  /** Envoy or capture, as the serving host has recorded them. */
  async pidOfDaemon(name: 'envoy' | 'capture'): Promise<number> {
    const { pid } = JSON.parse(await readFile(join(this.daemonFolder(name), `${name}.json`), 'utf8')) as {
      pid: number;
    };
    return pid;
  }

  daemonFolder(name: 'envoy' | 'capture'): string {
    return join(homeOf(this.folder, 'serving'), 'serving', name);
  }

  stop(): Promise<void> {
    return takeDown(this.folder, Object.values(this.proxies));
  }
}

function homeOf(folder: string, part: PartName): string {
  return join(folder, SERVERS.includes(part) ? 'servers' : 'host');
}

interface Built {
  readonly addresses?: Addresses;
  readonly proxies?: Partial<Record<Proxied, Proxy>>;
}

async function bringUp(folder: string, parts: readonly PartName[], built: Built): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [part = 'temporal'] = parts;
  const env = {
    ...ownEnv(),
    SLIPWAY_HOME: homeOf(folder, part),
    ...(SERVERS.includes(part) ? {} : throughProxies(built)),
  };
  const { code, out, err } = await slipway(['up', '--only', parts.join(',')], env, folder);
  if (code !== 0) throw new Error(`${parts.join(', ')} did not come up:\n${out}${err}`);
}

function throughProxies({ addresses, proxies }: Built): NodeJS.ProcessEnv {
  if (!addresses || !proxies) return {};
  const database = new URL(addresses.database);
  database.port = String(proxies.postgres?.port);
  return {
    // The engine of another home.
    SLIPWAY_ENGINE: undefined,
    TEMPORAL_ADDRESS: `127.0.0.1:${proxies.temporal?.port}`,
    DATABASE_URL: database.href,
    MLFLOW_TRACKING_URI: `http://127.0.0.1:${proxies.mlflow?.port}`,
  };
}

async function takeDown(folder: string, proxies: readonly Proxy[]): Promise<void> {
  for (const part of ['serving', 'temporal'] as const)
    await slipway(['down'], { ...ownEnv(), SLIPWAY_HOME: homeOf(folder, part) }, folder);
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await rm(folder, { recursive: true, force: true });
}

/** Without whatever stack the caller's own environment leads to. */
function ownEnv(): NodeJS.ProcessEnv {
  const others = [
    'TEMPORAL_ADDRESS',
    'DATABASE_URL',
    'SLIPWAY_DATABASE_OWNER_URL',
    'MLFLOW_TRACKING_URI',
    'SLIPWAY_HOME',
  ];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.includes(name)));
}

function missing(part: string): never {
  throw new Error(`${part} is not running`);
}
