import type { EndpointSettings, VersionStatus } from '../../../../domain/serving-contract.ts';
import type { HostPorts } from '../../../../serving/host/host.ts';
import type { PinnedVersion, Runtime } from '../../../../domain/model-version.ts';
import type { ServingTarget } from '../../../../activities/targets/target.ts';
import { createApi } from '../../../../serving/host/api/api.ts';
import { createLocalTarget } from '../../../../activities/targets/local.ts';
import { Host } from '../../../../serving/host/host.ts';
import { join } from 'node:path';
import { MemoryDataPlane, noCapture } from './memory-data-plane.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { noOutcomes } from '../../../../serving/host/postgres-outcomes.ts';
import { programRuntime } from './models.ts';
import { TIMINGS } from '../../../../serving/host/settings.ts';
import { tmpdir } from 'node:os';
import { until } from '../../support/until.ts';

export const TOKEN = 'the-token-of-the-test';

export const SETTINGS: EndpointSettings = {
  model: 'digits',
  timeoutMs: 5_000,
  retry: true,
  batchMs: 1_000,
  capture: { sample: 1, redact: [], retentionDays: 30, userHeader: null, tolerance: 1e-6 },
};

/** The host's patience, shortened. */
export const HASTY = { ...TIMINGS, probeMs: 50, backoffMs: 20, graceMs: 2_000, superviseMs: 50 };

/** A host inside the test's own process, over a data plane in memory and real model servers. */
export interface RunningHost {
  readonly root: string;
  readonly url: string;
  readonly host: Host;
  readonly dataPlane: MemoryDataPlane;
  readonly target: ServingTarget;
  /** One request with the token. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown; text: string }>;
  /** Deploys a version and waits until it is in one of these states. */
  deploy(version: PinnedVersion, runtime?: Runtime, ...states: VersionStatus['state'][]): Promise<VersionStatus>;
  /** Ends this host; its servers go on, and another may start on the same folder. */
  leave(): Promise<void>;
  /** Ends the host and all that it started, and removes the folder. */
  end(): Promise<void>;
}

/** Starts a host with an endpoint `digits`. */
export async function startHost(ports: Partial<HostPorts> = {}): Promise<RunningHost> {
  const root = ports.root ?? (await mkdtemp(join(tmpdir(), 'slipway-host-')));
  const dataPlane = new MemoryDataPlane();
  const host = new Host({
    root,
    python: 'python',
    dataPlane,
    capture: noCapture,
    outcomes: noOutcomes(),
    download: () => Promise.reject(new Error('no registry here')),
    timings: HASTY,
    log: () => undefined,
    ...ports,
  });
  const api = createApi({ host, token: TOKEN, shutdown: () => undefined });
  await host.load();
  await host.start();
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  const target = createLocalTarget({ url, token: TOKEN });
  await target.ensureEndpoint('digits', SETTINGS);

  return {
    root,
    url,
    host,
    dataPlane,
    target,
    async ask(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return { status: response.status, text, body: isJson ? JSON.parse(text) : null };
    },
    async deploy(version, runtime = programRuntime(), ...states) {
      await target.ensureVersion('digits', version, runtime);
      return reach(target, version.key, ...(states.length > 0 ? states : (['ready'] as const)));
    },
    async leave() {
      await api.close();
      await host.leave();
    },
    async end() {
      await api.close();
      await host.shutdown();
      await rm(root, { recursive: true, force: true });
    },
  };
}

// An import of MLflow on a busy machine is the slowest.
const LIMIT_MS = 100_000;

/** Waits until a version of `digits` is in one of these states. */
export async function reach(
  target: ServingTarget,
  key: string,
  ...states: readonly VersionStatus['state'][]
): Promise<VersionStatus> {
  const look = async () => (await target.readEndpoint('digits'))?.versions.find((version) => version.key === key);
  const isThere = (seen: VersionStatus | undefined) => seen !== undefined && states.includes(seen.state);
  const seen = await until(`${key} to be ${states.join(' or ')}`, look, isThere, LIMIT_MS);
  if (!seen) throw new Error(`there is no ${key}`);
  return seen;
}
