import type { Capture, DataPlane } from '../data-plane.ts';
import type { HostConfig } from './config.ts';
import type { Log } from './log.ts';
import { createEnvoyDataPlane } from '../envoy/envoy-data-plane.ts';
import { join } from 'node:path';

type PartsConfig = Pick<HostConfig, 'root' | 'target' | 'gatewayPort' | 'envoyBin' | 'databaseUrl'>;

export interface Parts {
  readonly dataPlane: DataPlane;
  readonly capture: Capture;
  /** Leaves both processes alone from now on. */
  release(): void;
}

/** Envoy and capture, each a process of its own that outlives the host. */
export function createParts({ root, gatewayPort, envoyBin }: PartsConfig, _log: Log): Parts {
  const captureAddress = join(root, 'capture', 'als.sock');
  const dataPlane = createEnvoyDataPlane({ stateDir: join(root, 'envoy'), envoyBin, gatewayPort, captureAddress });
  return { dataPlane, capture: noCapture, release: () => dataPlane.release() };
}

const noCapture: Capture = {
  start: () => Promise.resolve(),
  configure: () => Promise.resolve(),
  health: () => Promise.resolve({ ok: true, detail: 'not built yet', memoryBytes: null, shed: 0 }),
  stop: () => Promise.resolve(),
};
