import type { Capture, DataPlane } from '../data-plane.ts';
import type { HostConfig } from './config.ts';
import { createCapture } from '../capture/capture.ts';
import { createEnvoyDataPlane } from '../envoy/envoy-data-plane.ts';
import { join } from 'node:path';

export interface Parts {
  readonly dataPlane: DataPlane;
  readonly capture: Capture;
  /** Leaves both processes running and unwatched. */
  release(): void;
}

/** Envoy and capture, each a process of its own that outlives the host. */
export function createParts({ root, target, gatewayPort, envoyBin, databaseUrl }: HostConfig): Parts {
  const capture = createCapture({ stateDir: join(root, 'capture'), databaseUrl, target });
  const captureAddress = capture.address;
  const dataPlane = createEnvoyDataPlane({ stateDir: join(root, 'envoy'), envoyBin, gatewayPort, captureAddress });
  const release = () => {
    dataPlane.release();
    capture.release();
  };
  return { dataPlane, capture, release };
}
