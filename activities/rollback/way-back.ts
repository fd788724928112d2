import { Context } from '@temporalio/activity';
import { versionKey, versionNumber } from '../../domain/ids.ts';
import type { PinnedVersion, Runtime } from '../../domain/model-version.ts';
import type { Route } from '../../domain/route.ts';
import type { Deps } from '../deps.ts';
import { failure } from '../failures.ts';
import { digestVersion } from '../registry/digest-version.ts';
import { resolveVersion } from '../registry/resolve-version.ts';
import { previousVersion, servedAs } from '../store/serving-history.ts';
import { recallVersion, type VersionPlace } from '../store/versions.ts';
import type { EndpointReading } from '../targets/target.ts';

/** The version that a rollback leads to. */
export interface WayBack {
  readonly version: PinnedVersion;
  readonly runtime: Runtime;
  /** Whether its server still answers: then traffic can be moved at once. */
  readonly warm: boolean;
}

/**
 * The version asked for, or the one that served before the present one.
 *
 * A warm one is what was verified when it was deployed: its files are not read again, nor is the registry asked.
 *
 * @throws `VersionNotFound` failure without such a version, `VersionChanged` where its files are not those that served
 */
export async function findWayBack(
  deps: Deps,
  place: VersionPlace,
  asked: string | undefined,
  reading: EndpointReading,
): Promise<WayBack> {
  const ready = reading.versions.filter(({ state }) => state === 'ready').map(({ key }) => key);
  const { model } = reading.settings;
  const warm = asked === undefined ? null : await recallOnly(deps, place, ready, asked);
  const version =
    warm ?? (await (asked === undefined ? before(deps, place, reading) : cold(deps, place, model, asked)));
  const known = await recallVersion(deps.pool, place, version.key);
  return {
    version,
    runtime: known?.runtime ?? { kind: 'mlflow' },
    warm: Boolean(known) && ready.includes(version.key),
  };
}

/** Whether all live traffic is on one version; a route that a terminated rollout left between versions is not. */
export function isSettled({ arms, mirrors }: Route): boolean {
  return mirrors.length === 0 && arms.filter(({ weight }) => weight > 0).length === 1;
}

async function recallOnly(
  { pool }: Deps,
  place: VersionPlace,
  ready: readonly string[],
  asked: string,
): Promise<PinnedVersion | null> {
  const [key, ...more] = ready.filter((found) => versionNumber(found) === asked);
  // Two uploads under one number: which of them is meant, the registry says.
  if (key === undefined || more.length > 0) return null;
  return (await recallVersion(pool, place, key))?.version ?? null;
}

async function before({ pool }: Deps, place: VersionPlace, { route }: EndpointReading): Promise<PinnedVersion> {
  const serving = isSettled(route.desired) ? route.desired.arms.find(({ weight }) => weight > 0) : undefined;
  const found = await previousVersion(pool, place, serving?.version ?? null);
  if (found) return found;
  throw failure('VersionNotFound', `no earlier version of ${place.endpoint} is on record; name one with --to`);
}

async function cold(deps: Deps, place: VersionPlace, model: string, asked: string): Promise<PinnedVersion> {
  const resolved = await resolveVersion(deps.mlflow, model, asked);
  const { version } = resolved;
  const { digest } = await digestVersion(deps.mlflow, { model, version }, Context.current().cancellationSignal);
  const key = versionKey(version, digest);
  const served = await servedAs(deps.pool, place, version);
  if (served !== null && served !== key)
    throw failure(
      'VersionChanged',
      `${model} version ${version} served ${place.endpoint} as ${served}, but the files that the registry has under that number now are ${key}: roll it out as any new version, with \`slipway start -f FILE --version ${version}\``,
    );
  return { ...resolved, digest, key };
}
