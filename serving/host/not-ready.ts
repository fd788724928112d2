import type { Route } from '../../domain/route.ts';
import type { VersionState } from '../../domain/serving-contract.ts';
import { versionsOf, weightOf } from '../../domain/route.ts';

/**
 * Why a change of route would send more traffic to a version than it can answer; empty when it would not.
 *
 * Less traffic, or as much as before, is always granted: taking a sick version out must not depend on its health. More
 * is refused even for stable, so that who restores learns that the place to go back to is down.
 */
export function notReady(
  present: Route,
  next: Route,
  versions: ReadonlyMap<string, { readonly state: VersionState; readonly address: number | null }>,
): string[] {
  return versionsOf(next).flatMap((key) => {
    const version = versions.get(key);
    if (version === undefined) return [`${key} is not deployed`];
    const { address, state } = version;
    // Without an address there is nothing to program, not even for no traffic.
    if (address !== null && (state === 'ready' || !isToGetMore(present, next, key))) return [];
    return [`${key} is ${state}`];
  });
}

/** Whether a change of route gives a version more traffic than it has. */
export function isToGetMore(present: Route, next: Route, key: string): boolean {
  return shareOf(next, key) > shareOf(present, key);
}

/** Live and mirrored traffic of a version on one scale, in parts per 10,000. */
function shareOf(route: Route, key: string): number {
  const mirrored = route.mirrors.find((mirror) => mirror.version === key)?.percent ?? 0;
  return weightOf(route, key) + mirrored * 100;
}
