import { series, type Sample, type Series } from '../../../domain/exposition.ts';
import { FULL_WEIGHT, type Route } from '../../../domain/route.ts';
import { SERVING_METRICS } from '../../../domain/metrics/serving.ts';
import type { EndpointStatus, VersionState, VersionStatus } from '../../../domain/serving-contract.ts';

const STATES: readonly VersionState[] = ['downloading', 'starting', 'ready', 'unhealthy', 'failed'];

type OfVersion = Sample<'endpoint' | 'version'>;
type OfLevel = Sample<'endpoint' | 'version' | 'level'>;

/** How the versions of a host are, and what the routes give them. */
export function versionSeries(statuses: readonly EndpointStatus[], cpu: readonly OfVersion[]): Series[] {
  const all = statuses.flatMap(({ endpoint, versions }) =>
    versions.map((version) => ({ labels: { endpoint, version: version.key }, version })),
  );
  const each = (value: (version: VersionStatus) => number | null) =>
    all.flatMap(({ labels, version }): OfVersion[] => {
      const found = value(version);
      return found === null ? [] : [[labels, found]];
    });
  const states = all.flatMap(({ labels, version }) =>
    STATES.map((state) => [{ ...labels, state }, version.state === state ? 1 : 0] as const),
  );
  return [
    series(SERVING_METRICS.state, states),
    series(
      SERVING_METRICS.restarts,
      each(({ restarts }) => restarts),
    ),
    series(SERVING_METRICS.cpu, cpu),
    series(
      SERVING_METRICS.memory,
      each(({ memoryBytes }) => memoryBytes),
    ),
    series(SERVING_METRICS.weight, ofRoutes(statuses, weightOf)),
    series(SERVING_METRICS.mirrored, ofRoutes(statuses, mirroredOf)),
  ];
}

/** Without the level that Envoy has in force while it does not answer. */
function ofRoutes(statuses: readonly EndpointStatus[], value: (route: Route, key: string) => number): OfLevel[] {
  return statuses.flatMap(({ endpoint, route, versions }) => {
    const levels = [
      ['desired', route.desired],
      ...(route.programmed ? [['programmed', route.programmed.route] as const] : []),
    ] as const;
    return levels.flatMap(([level, shown]) =>
      versions.map(({ key }) => [{ endpoint, version: key, level }, value(shown, key)] as const),
    );
  });
}

function weightOf({ arms }: Route, key: string): number {
  return (arms.find(({ version }) => version === key)?.weight ?? 0) / FULL_WEIGHT;
}

function mirroredOf({ mirrors }: Route, key: string): number {
  return (mirrors.find(({ version }) => version === key)?.percent ?? 0) / 100;
}
