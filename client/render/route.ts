import { percent } from '../../domain/render-details.ts';
import { versionName } from '../../domain/ids.ts';
import type { Route } from '../../domain/route.ts';

/** `v8 10 %, v7 90 %`, with what is mirrored behind it. */
export function formatRoute({ arms, mirrors }: Route): string {
  const live = arms
    .filter(({ weight }) => weight > 0)
    .map(({ version, weight }) => `${versionName(version)} ${percent(weight)}`);
  const copies = mirrors.map(({ version, percent: share }) => `${share} % copied to ${versionName(version)}`);
  return [...(live.length === 0 ? ['nothing'] : live), ...copies].join(', ');
}
