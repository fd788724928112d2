import { percent } from '../render-details.ts';
import { FULL_WEIGHT, type Route } from '../route.ts';

/** `digits`, or `prod-eu/digits` where the target is not the default one: as commands take it. */
export function nameOf({ target, endpoint }: { readonly target: string; readonly endpoint: string }): string {
  return target === 'local' ? endpoint : `${target}/${endpoint}`;
}

/** The version with all live traffic, `null` when there is none at all, `undefined` when it is split or mirrored. */
export function soleVersion({ arms, mirrors }: Route): string | null | undefined {
  if (mirrors.length > 0) return undefined;
  const live = arms.filter(({ weight }) => weight > 0);
  if (live.length === 0) return null;
  return live.length === 1 && live[0]?.weight === FULL_WEIGHT ? live[0].version : undefined;
}

/** `v1-… 90 %, v2-… 10 %`. */
export function shares({ arms, mirrors }: Route): string {
  const live = arms.filter(({ weight }) => weight > 0).map(({ version, weight }) => `${version} ${percent(weight)}`);
  const copies = mirrors.map((mirror) => `${mirror.version} a copy of ${mirror.percent} %`);
  return [...live, ...copies].join(', ') || 'nothing';
}

/** The step that marks a route as taken by `slipway rollback --now`. */
const BY_HAND = 'rollback-now';

/** The label of a route that was set without a workflow. */
export function byHandLabel(rolloutId: string): string {
  return `${rolloutId}/${BY_HAND}`;
}

export function isByHand(label: string | undefined): boolean {
  return label?.endsWith(`/${BY_HAND}`) ?? false;
}
