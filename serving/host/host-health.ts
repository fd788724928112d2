import type { HostHealth } from '../../domain/serving-contract.ts';
import type { HostPorts } from './host.ts';

type Parts = Pick<HostPorts, 'dataPlane' | 'capture' | 'outcomes'>;

/** How the host and its parts are; `degraded` when any of them is not well. */
export async function readHealth({ dataPlane, capture, outcomes }: Parts): Promise<HostHealth> {
  const [envoy, capturing, store] = await Promise.all([dataPlane.health(), capture.health(), outcomes.health()]);
  return {
    status: envoy.ok && capturing.ok && store.ok ? 'ok' : 'degraded',
    parts: {
      envoy: { ok: envoy.ok, detail: envoy.detail },
      capture: { ok: capturing.ok, detail: capturing.detail },
      store: { ok: store.ok, detail: store.detail },
    },
    gateway: dataPlane.gateway,
    pid: process.pid,
    memoryBytes: {
      host: process.memoryUsage.rss(),
      capture: capturing.memoryBytes,
      envoy: envoy.memoryBytes,
    },
  };
}
