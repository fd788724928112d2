import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataPlane, DesiredEndpoint } from '../data-plane.ts';
import { createEnvoyAdmin } from './admin.ts';
import { bootstrapOf } from './bootstrap.ts';
import { createChangeQueue } from './change-queue.ts';
import { readDiscovery, writeDiscovery } from './config-files.ts';
import { ROUTES_QUERY, createConvergence } from './converge.ts';
import { createDaemon } from './daemon.ts';
import { LOG_FLUSH_MS } from './listeners.ts';
import { METRICS_QUERY } from './metrics-query.ts';
import { requireFreePort } from './port-check.ts';
import { residentBytes } from './process-identity.ts';
import { readRoute } from './read-route.ts';
import type { RoutesDump } from './read-route.ts';
import { endpointFaults, routesOf } from './routes.ts';
import { sharedAnswer } from './shared-answer.ts';
import { socketPath } from './socket-path.ts';
import { readStat, readTraffic, trafficQuery } from './traffic.ts';
import type { StatsDump } from './traffic.ts';

export interface EnvoyDataPlaneOptions {
  /** On a local disk: Envoy does not see renames on shared ones. */
  readonly stateDir: string;
  readonly envoyBin: string;
  readonly gatewayPort: number;
  /** Unix socket of the capture process, which may start later. */
  readonly captureAddress: string;
  /** Worker threads; 2 by default, or 1 on a single core. */
  readonly concurrency?: number;
  /** How long Envoy may take to show a change, in milliseconds. */
  readonly applyLimitMs?: number;
}

export interface EnvoyDataPlane extends DataPlane {
  /** Leaves Envoy running and unwatched, as the end of this process would. */
  release(): void;
}

/** Requests that are still on their way get this long when Envoy is to end. */
const DRAIN_MS = 5000;

/** The data plane on an Envoy process of its own, driven by files that are renamed into place. */
export function createEnvoyDataPlane(options: EnvoyDataPlaneOptions): EnvoyDataPlane {
  const { stateDir, envoyBin, gatewayPort, captureAddress } = options;
  const watchedDir = join(stateDir, 'xds');
  const paths = { clustersPath: join(watchedDir, 'clusters.json'), routesPath: join(watchedDir, 'routes.json') };
  const adminSocket = socketPath(stateDir, 'admin.sock');
  const mirrorSocket = socketPath(stateDir, 'mirror.sock');
  const bootstrapPath = join(stateDir, 'bootstrap.json');
  const bootstrap = JSON.stringify(
    bootstrapOf({ ...paths, watchedDir, adminSocket, mirrorSocket, gatewayPort, captureAddress }),
  );
  const concurrency = String(options.concurrency ?? Math.min(2, availableParallelism()));
  const args = ['-c', bootstrapPath, '--concurrency', concurrency, ...QUIET] as const;
  const admin = createEnvoyAdmin(adminSocket);
  const daemon = createDaemon({
    name: 'envoy',
    stateDir,
    command: [envoyBin, ...args],
    // Not where the program lies: a release in another folder would cost requests for the same Envoy.
    fingerprint: createHash('sha256')
      .update(JSON.stringify([args, bootstrap]))
      .digest('hex'),
    answers: admin.isReady,
    beforeStart: () => requireFreePort(gatewayPort),
    beforeEnd: drain,
  });
  const limitMs = options.applyLimitMs ?? 10_000;
  const queue = createChangeQueue(admin, createConvergence({ ...paths, admin, mirrorSocket, limitMs }));

  // All endpoints are in each dump, which grows with their number: a list of them costs one.
  const readRoutes = sharedAnswer(
    async () => (await admin.getJson(ROUTES_QUERY).catch(() => null)) as RoutesDump | null,
  );

  async function drain(): Promise<void> {
    await admin.post('/drain_listeners');
    const deadline = Date.now() + DRAIN_MS;
    while (Date.now() < deadline && (await readStat(admin, '^http\\.gateway\\.downstream_rq_active$')) > 0)
      await delay(20);
    // SIGTERM would take the last part of the log with it.
    if ((await readStat(admin, '^cluster\\.capture\\.upstream_cx_active$')) > 0) await delay(2 * LOG_FLUSH_MS);
  }

  return {
    gateway: `http://127.0.0.1:${gatewayPort}`,

    async start() {
      mkdirSync(watchedDir, { recursive: true, mode: 0o700 });
      writeFileSync(bootstrapPath, bootstrap);
      // What an earlier Envoy had in force stays: its routes must come back with the process, before any host does.
      if (!existsSync(paths.clustersPath)) writeDiscovery(paths.clustersPath, { version: 'none #0', resources: [] });
      if (readDiscovery(paths.routesPath).resources.length === 0)
        writeDiscovery(paths.routesPath, { version: 'none #0', resources: [routesOf([])] });
      await daemon.start();
    },

    async apply(endpoints: readonly DesiredEndpoint[]) {
      const faults = endpoints.flatMap(endpointFaults);
      if (faults.length > 0) throw new Error(faults.join('; '));
      await queue.change(endpoints);
    },

    async programmed(endpoint) {
      const dump = await readRoutes();
      return dump && readRoute(dump, endpoint);
    },

    async traffic(endpoint) {
      const dump = (await admin.getJson(trafficQuery(endpoint))) as StatsDump;
      const since = daemon.running?.startedAt ?? new Date(0).toISOString();
      return { at: new Date().toISOString(), since, versions: readTraffic(dump) };
    },

    metrics: () => admin.getText(METRICS_QUERY),

    async health() {
      const { running } = daemon;
      if (running === null) return { ok: false, detail: daemon.fault ?? 'Envoy is not running', memoryBytes: null };
      const memoryBytes = residentBytes(running.pid);
      const dropped = await readStat(admin, '^access_logs\\.grpc_access_log\\.logs_dropped$').catch(() => null);
      if (dropped === null) return { ok: false, detail: `Envoy ${running.pid} does not answer`, memoryBytes };
      const gap =
        dropped > 0 ? `; ${dropped} log entries dropped since its start, while capture was behind or away` : '';
      return { ok: true, detail: `Envoy ${running.pid} on port ${gatewayPort}${gap}`, memoryBytes };
    },

    release() {
      queue.close();
      daemon.release();
    },

    async stop() {
      queue.close();
      await daemon.stop(3000);
    },
  };
}

const QUIET = ['--log-level', 'warn', '--disable-hot-restart'] as const;
