import type { TrafficReading } from '../../domain/serving-contract.ts';
import type { EnvoyAdmin } from './admin.ts';
import { parseClusterName } from './names.ts';

/** Envoy's `/stats?format=json`. Histograms have no value of their own and are passed over. */
export interface StatsDump {
  readonly stats?: readonly { readonly name?: string; readonly value?: number }[];
}

/** The query for the counters of an endpoint's live traffic. Copies run over clusters of their own and are not in it. */
export function trafficQuery(endpoint: string): string {
  return statsQuery(`^cluster\\.(live|guarded)/${endpoint}/.*\\.upstream_rq_(total|active)$`);
}

/** Sum of the counters and gauges whose names match; rejects when Envoy does not answer. */
export async function readStat({ getJson }: EnvoyAdmin, pattern: string): Promise<number> {
  const { stats = [] } = (await getJson(statsQuery(pattern))) as StatsDump;
  return stats.reduce((sum, { value = 0 }) => sum + value, 0);
}

function statsQuery(pattern: string): string {
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
