/**
 * Names that tie Envoy's configuration, its counters and its access log together.
 *
 * Every version has clusters of its own per role, so that counters tell live requests from mirrored ones:
 *
 *   live/<endpoint>/<key>                 the version's server, as first arm and as what others fall back to
 *   guarded/<endpoint>/<key>              the same server with outlier ejection, for every arm but the first
 *   arm/<endpoint>/<key>/<fallback key>   aggregate: guarded (the first arm: live), then the fallback's live cluster
 *   mirror/<endpoint>/<key>               the internal mirror listener, told to go on to `shadow`
 *   shadow/<endpoint>/<key>               the version's server, for copies that the mirror listener received
 */
export type ClusterKind = 'live' | 'guarded' | 'arm' | 'mirror' | 'shadow';

export interface ClusterName {
  readonly kind: ClusterKind;
  readonly endpoint: string;
  readonly version: string;
}

export function clusterName(kind: ClusterKind, endpoint: string, ...keys: readonly string[]): string {
  return [kind, endpoint, ...keys].join('/');
}

/** The inverse of {@link clusterName}, without an arm's fallback; `null` for clusters that belong to no version. */
export function parseClusterName(name: string): ClusterName | null {
  const match = /^(live|guarded|arm|mirror|shadow)\/([^/]+)\/([^/]+)/.exec(name);
  return match ? { kind: match[1] as ClusterKind, endpoint: match[2] ?? '', version: match[3] ?? '' } : null;
}

/** Request headers that Envoy stamps. Whatever a client sends under these names is removed at the door. */
export const STAMP_PREFIX = 'x-slipway-';
export const STAMPS = {
  endpoint: 'x-slipway-endpoint',
  /** The version that the split assigned the request to, whoever answers in the end. */
  arm: 'x-slipway-arm',
  /** The fence of the route in force; a mirrored copy carries its original's. */
  fence: 'x-slipway-fence',
  /** Copy of the header that names the user, for deletion. */
  user: 'x-slipway-user',
  /** Copy of the header that traffic sticks to, for sums over the units that the split keeps together. */
  unit: 'x-slipway-unit',
  /** On mirrored copies: the `shadow` cluster that the mirror listener sends them on to. */
  mirror: 'x-slipway-mirror',
} as const;

/** Response header that names the version which answered. */
export const VERSION_HEADER = 'x-model-version';

/** Key of our own part in Envoy's `filter_metadata`, and of the Lua filter's. */
export const METADATA = 'slipway';
export const BODY_METADATA = 'slipway.bodies';

/** Names in the access log: which listener an entry comes from. */
export const LOG_NAMES = { live: 'live', shadow: 'shadow' } as const;
export const VERSION_TAG = 'version';
