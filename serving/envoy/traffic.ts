import type { TrafficReading } from '../../domain/serving-contract.ts';
import { parseClusterName } from './names.ts';

/** Envoy's `/stats?format=json`. Histograms have no value of their own and are passed over. */
export interface StatsDump {
  readonly stats?: readonly { readonly name?: string; readonly value?: number }[];
}

/** The query for the counters of an endpoint's live traffic. Copies run over clusters of their own and are not in it. */
export function trafficQuery(endpoint: string): string {
  const pattern = `^cluster\\.(live|guarded)/${endpoint}/.*\\.upstream_rq_(total|active)$`;
  return `/stats?format=json&filter=${encodeURIComponent(pattern)}`;
}

/** Requests per version: those sent to it as first arm or fallback, and those sent to it as guarded arm. */
export function readTraffic(dump: StatsDump): TrafficReading['versions'] {
  const versions: Record<string, { requests: number; active: number }> = {};
  for (const { name = '', value = 0 } of dump.stats ?? []) {
    const [, cluster = '', counter] = /^cluster\.(.*)\.upstream_rq_(total|active)$/.exec(name) ?? [];
    const version = parseClusterName(cluster)?.version;
    if (version === undefined) continue;
    const sums = (versions[version] ??= { requests: 0, active: 0 });
    if (counter === 'total') sums.requests += value;
    else sums.active += value;
  }
  return versions;
}
