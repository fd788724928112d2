import { exposition, series, type Sample, type Series } from '../../../domain/exposition.ts';
import { SERVING_METRICS } from '../../../domain/metrics/serving.ts';
import type { HostHealth } from '../../../domain/serving-contract.ts';
import { readProcessUse } from '../../capture/resources/process-use.ts';
import type { Endpoint } from '../endpoint.ts';
import type { HostPorts } from '../host.ts';
import { captureSeries } from './capture-series.ts';
import { versionSeries } from './version-series.ts';

/**
 * Everything that the host, capture and Envoy tell of themselves, in Prometheus' text format.
 *
 * A part that does not answer is left out and shows as down: the others are what one wants to see then.
 */
export async function readMetrics(
  { dataPlane, capture }: Pick<HostPorts, 'dataPlane' | 'capture'>,
  endpoints: readonly Endpoint[],
  health: HostHealth,
): Promise<string> {
  const [statuses, captured, proxy] = await Promise.all([
    Promise.all(endpoints.map((endpoint) => endpoint.status())),
    capture.metrics().catch(() => null),
    dataPlane.metrics().catch(() => ''),
  ]);
  const own = [
    ...partSeries(health),
    ...versionSeries(statuses, endpoints.flatMap(processorTimes)),
    ...(captured ? captureSeries(statuses, captured) : []),
  ];
  return exposition(own) + proxy;
}

function partSeries({ parts, memoryBytes }: HostHealth): Series[] {
  const up = Object.entries(parts).map(([part, { ok }]) => [{ part }, ok ? 1 : 0] as const);
  const memory = Object.entries(memoryBytes).flatMap(([part, bytes]): Sample<'part'>[] =>
    bytes === null ? [] : [[{ part }, bytes]],
  );
  return [series(SERVING_METRICS.partUp, up), series(SERVING_METRICS.partMemory, memory)];
}

function processorTimes({ name, versions }: Endpoint): Sample<'endpoint' | 'version'>[] {
  return versions.flatMap(({ record: { key, process } }) => {
    const use = process && readProcessUse(process);
    return use ? [[{ endpoint: name, version: key }, use.cpuSeconds] as const] : [];
  });
}
