import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Route } from '../../../domain/route.ts';
import type { CaptureSettings, EndpointSettings } from '../../../domain/serving-contract.ts';
import { createCapture } from '../../../serving/capture/capture.ts';
import type { CaptureProcess } from '../../../serving/capture/capture.ts';
import type { DesiredEndpoint } from '../../../serving/data-plane.ts';
import { createEnvoyDataPlane } from '../../../serving/envoy/envoy-data-plane.ts';
import type { EnvoyDataPlane } from '../../../serving/envoy/envoy-data-plane.ts';
import { freePort } from '../../support/free-port.ts';
import { startModelServer } from './model-server.ts';
import type { ModelServer } from './model-server.ts';

export const ENDPOINT = 'digits';
export const STABLE = 'v1-aaaaaaaaaaaa';
export const CANDIDATE = 'v2-bbbbbbbbbbbb';

const ENVOY_BIN = process.env['ENVOY_BIN'] ?? join(import.meta.dirname, '../../../.venv/bin/envoy');

export interface ServingOptions {
  /** Without one there is no capture process. */
  readonly databaseUrl?: string | null;
  /** Name in the database; `local` by default. */
  readonly target?: string;
  readonly settings?: Partial<EndpointSettings>;
  readonly capture?: Partial<CaptureSettings>;
}

/** Envoy, with or without capture, before two model servers. */
export interface Serving {
  readonly plane: EnvoyDataPlane;
  readonly capture: CaptureProcess | null;
  readonly stable: ModelServer;
  readonly candidate: ModelServer;
  /** Where predictions of the endpoint go. */
  readonly url: string;
  readonly stateDir: string;
  readonly gatewayPort: number;
  /** Another data plane on the same state, as a host makes that starts anew. */
  anotherPlane(): EnvoyDataPlane;
  desired(route: Route, sequence: number, change?: Partial<EndpointSettings>): DesiredEndpoint;
  put(route: Route, sequence: number, change?: Partial<EndpointSettings>): Promise<void>;
  stop(): Promise<void>;
}

export async function startServing(options: ServingOptions = {}): Promise<Serving> {
  const { databaseUrl, target = 'local', settings, capture: kept } = options;
  const stateDir = mkdtempSync(join(tmpdir(), 'slipway-serving-'));
  const gatewayPort = await freePort();
  const [stable, candidate] = await Promise.all([startModelServer('stable'), startModelServer('candidate')]);
  const capture =
    databaseUrl === undefined ? null : createCapture({ stateDir: join(stateDir, 'capture'), databaseUrl, target });
  const captureAddress = capture?.address ?? join(stateDir, 'no-capture.sock');
  const anotherPlane = () =>
    createEnvoyDataPlane({
      stateDir: join(stateDir, 'envoy'),
      envoyBin: ENVOY_BIN,
      gatewayPort,
      captureAddress,
      concurrency: 2,
    });
  const plane = anotherPlane();
  await Promise.all([plane.start(), capture?.start()]);

  const desired: Serving['desired'] = (route, sequence, change) => ({
    endpoint: ENDPOINT,
    settings: { ...settingsWith(kept), ...settings, ...change },
    fence: { epoch: 1, sequence },
    route,
    label: `local.digits.1/step-${sequence}`,
    versions: [
      { key: STABLE, port: stable.port },
      { key: CANDIDATE, port: candidate.port },
    ],
  });
  return {
    ...{ plane, capture, stable, candidate, stateDir, gatewayPort, anotherPlane, desired },
    url: `${plane.gateway}/${ENDPOINT}/invocations`,
    async put(route, sequence, change) {
      const endpoints = [desired(route, sequence, change)];
      await capture?.configure(endpoints);
      await plane.apply(endpoints);
    },
    async stop() {
      await Promise.all([plane.stop(), stable.kill().catch(() => undefined), candidate.kill().catch(() => undefined)]);
      await capture?.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

function settingsWith(capture: Partial<CaptureSettings> = {}): EndpointSettings {
  const kept = { sample: 1, redact: [], retentionDays: 7, userHeader: null, tolerance: 0, ...capture };
  return { model: 'digits', timeoutMs: 2000, retry: true, batchMs: 250, capture: kept };
}
