import type { Converger } from './converger.ts';
import type { HostHealth } from '../../domain/serving-contract.ts';
import type { HostPorts } from './host.ts';

type Parts = Pick<HostPorts, 'dataPlane' | 'capture' | 'outcomes'>;

/** How the host and its parts are; `degraded` when any of them is not well. */
export async function readHealth(
  { dataPlane, capture, outcomes }: Parts,
  faults: Converger['faults'],
): Promise<HostHealth> {
  const [envoy, capturing, store] = await Promise.all([dataPlane.health(), capture.health(), outcomes.health()]);
  const parts = {
    envoy: { ok: envoy.ok && faults.dataPlane === null, detail: faults.dataPlane ?? envoy.detail },
    capture: { ok: capturing.ok && faults.capture === null, detail: faults.capture ?? capturing.detail },
    store,
  };
  return {
    status: Object.values(parts).every(({ ok }) => ok) ? 'ok' : 'degraded',
    parts,
    gateway: dataPlane.gateway,
    pid: process.pid,
    memoryBytes: {
      host: process.memoryUsage.rss(),
      capture: capturing.memoryBytes,
      envoy: envoy.memoryBytes,
    },
  };
}
