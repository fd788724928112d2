import { setTimeout as delay } from 'node:timers/promises';
import type { PartName } from '../../../client/stack/part.ts';
import type { HostLooks } from './endpoints.ts';
import type { Cell, Component, FaultKind } from './matrix.ts';
import { gone, signalAll, slowed, stopped, treeOf } from './processes.ts';
import type { Proxy, ProxyMode } from './proxy.ts';
import { tapAdmin, tapCapture, type Tapped } from './sockets.ts';
import type { RealStack } from './stack.ts';
import { until } from './until.ts';

const LIMIT_MS = 90_000;

/** Everything that faults are done to. */
export interface Scene {
  readonly stack: RealStack;
  readonly host: HostLooks;
  readonly endpoints: readonly string[];
}

/** A fault that is ready to be inflicted: what may take a while is done. */
export interface Loaded {
  /** Inflicts it, and resolves with the time (ms since 1970) at which it was over; for a killed part, at which it was gone. */
  inflict(): Promise<number>;
  /** Resolves when the part is there again, brought back by whoever has to. */
  mended(): Promise<void>;
}

const PARTS: Readonly<Partial<Record<Component, PartName>>> = {
  worker: 'worker',
  'Temporal server': 'temporal',
  PostgreSQL: 'postgres',
  MLflow: 'mlflow',
  'serving host': 'serving',
};

/** Prepares a fault; `ms` is how long one lasts that passes by itself. */
export async function load(scene: Scene, { component, fault }: Cell, ms: number): Promise<Loaded> {
  const part = PARTS[component];
  if (fault === 'connection refused' || fault === 'garbage') {
    const mode = fault === 'garbage' ? 'garbage' : 'refuse';
    return onTheWay(scene, component, mode, ms);
  }
  if (part) return onPart(scene.stack, part, fault, ms);
  if (component === 'Envoy') return onDaemon(scene.stack, 'envoy', fault, ms);
  if (component === 'capture') return onDaemon(scene.stack, 'capture', fault, ms);
  return onServers(scene, component === "stable's model server" ? 'stable' : 'candidate', fault, ms);
}

async function onPart(stack: RealStack, part: PartName, fault: FaultKind, ms: number): Promise<Loaded> {
  const pid = await stack.pidOf(part);
  // The serving host's children outlive it on purpose: they are parts of their own.
  const pids = () => (part === 'serving' ? [pid] : treeOf(pid));
  if (fault === 'stop' || fault === 'slow') return passing(pids, fault, ms);
  const signal = fault === 'kill -9' ? 'SIGKILL' : part === 'postgres' ? 'SIGINT' : 'SIGTERM';
  return {
    async inflict() {
      signalAll(fault === 'kill -9' ? pids() : [pid], signal);
      await gone(pid, LIMIT_MS);
      return Date.now();
    },
    async mended() {
      await supervised(stack, part);
      // Temporal itself lives on this PostgreSQL then, and has ended with it.
      if (part === 'postgres' && stack.isTemporalOnPostgres) await supervised(stack, 'temporal');
    },
  };
}

/** As a supervisor does, again and again until it comes up. */
async function supervised(stack: RealStack, part: PartName): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      return await stack.up(part);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

async function onDaemon(stack: RealStack, name: 'envoy' | 'capture', fault: FaultKind, ms: number): Promise<Loaded> {
  const pid = await stack.pidOfDaemon(name);
  if (fault === 'stop' || fault === 'slow') return passing(() => [pid], fault, ms);
  return {
    async inflict() {
      process.kill(pid, fault === 'kill -9' ? 'SIGKILL' : 'SIGTERM');
      await gone(pid, LIMIT_MS);
      return Date.now();
    },
    mended: () => until(`a new ${name}`, async () => (await stack.pidOfDaemon(name)) !== pid, LIMIT_MS),
  };
}

async function onServers(
  { host, endpoints }: Scene,
  role: 'stable' | 'candidate',
  fault: FaultKind,
  ms: number,
): Promise<Loaded> {
  const found = await Promise.all(
    endpoints.map(async (endpoint) => ({ endpoint, server: await host.server(endpoint, role) })),
  );
  const servers = found.flatMap(({ endpoint, server }) =>
    server?.pid ? [{ endpoint, key: server.key, pid: server.pid }] : [],
  );
  const pids = () => servers.map(({ pid }) => pid);
  if (fault === 'stop' || fault === 'slow') return passing(pids, fault, ms);
  return {
    async inflict() {
      signalAll(pids(), fault === 'kill -9' ? 'SIGKILL' : 'SIGTERM');
      await Promise.all(pids().map((pid) => gone(pid, LIMIT_MS)));
      return Date.now();
    },
    async mended() {
      await Promise.all(
        servers.map(({ endpoint, key, pid }) =>
          until(
            `a new server of ${key}`,
            async () => {
              const version = (await host.endpoint(endpoint)).versions.find((one) => one.key === key);
              // A version that the rollout has retired meanwhile does not come back.
              return version === undefined || (version.state === 'ready' && version.pid !== pid);
            },
            LIMIT_MS,
          ),
        ),
      );
    },
  };
}

/** Between a part and those who talk to it. */
async function onTheWay(scene: Scene, component: Component, mode: ProxyMode, ms: number): Promise<Loaded> {
  const { proxies } = scene.stack;
  switch (component) {
    case 'Temporal server':
      return broken([proxies.temporal], mode, ms);
    case 'PostgreSQL':
      return broken([proxies.postgres], mode, ms);
    case 'MLflow':
      return broken([proxies.mlflow], mode, ms);
    case 'serving host':
      return broken([proxies.serving], mode, ms);
    case 'Envoy':
      return tapped(await tapAdmin(scene.stack), mode, ms);
    case 'capture':
      return tapped(await tapCapture(scene.stack), mode, ms);
    default:
      return misbehaving(scene, component === "stable's model server" ? 'stable' : 'candidate', mode, ms);
  }
}

function passing(pids: () => readonly number[], fault: 'stop' | 'slow', ms: number): Loaded {
  return {
    async inflict() {
      await (fault === 'stop' ? stopped(pids, ms) : slowed(pids, ms));
      return Date.now();
    },
    mended: () => Promise.resolve(),
  };
}

function broken(proxies: readonly Proxy[], mode: ProxyMode, ms: number): Loaded {
  return {
    async inflict() {
      for (const proxy of proxies) proxy.set(mode);
      await delay(ms);
      for (const proxy of proxies) proxy.set('pass');
      return Date.now();
    },
    mended: () => Promise.resolve(),
  };
}

function tapped(taps: readonly Tapped[], mode: ProxyMode, ms: number): Loaded {
  const proxies = taps.map(({ proxy }) => proxy);
  return {
    ...broken(proxies, mode, ms),
    mended: async () => void (await Promise.all(taps.map((one) => one.remove()))),
  };
}

async function misbehaving(
  { host, endpoints }: Scene,
  role: 'stable' | 'candidate',
  mode: ProxyMode,
  ms: number,
): Promise<Loaded> {
  const servers = await Promise.all(endpoints.map((endpoint) => host.server(endpoint, role)));
  return {
    async inflict() {
      const begin = (address: string) => fetch(`${address}/fault?mode=${mode}&ms=${ms}`, { method: 'POST' });
      await Promise.all(servers.flatMap((server) => (server?.address ? [begin(server.address)] : [])));
      await delay(ms);
      return Date.now();
    },
    mended: () => Promise.resolve(),
  };
}
