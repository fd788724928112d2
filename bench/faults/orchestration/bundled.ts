import { placeOf, type Case } from './cases.ts';
import type { Path } from './paths.ts';

/** Faults that strike one rollout, at most one in each of its activities. */
export interface Bundle {
  readonly path: Path;
  readonly faults: Case[];
}

/** Puts faults of single calls into as few rollouts as will have them. */
export function bundled(cases: readonly Case[]): Bundle[] {
  const bundles: Bundle[] = [];
  for (const given of cases) {
    const place = placeOf(given.point.place);
    const fitting = bundles.find(
      ({ path, faults }) => path === given.path && faults.every(({ point }) => placeOf(point.place) !== place),
    );
    if (fitting) fitting.faults.push(given);
    else bundles.push({ path: given.path, faults: [given] });
  }
  return bundles;
}
