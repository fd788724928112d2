import type { CampaignRow } from '../row.ts';
import type { Trial } from './trial.ts';

/** One row for each part, fault, path and boundary that was tried. */
export function rowsOf(trials: readonly Trial[]): CampaignRow[] {
  const groups = Map.groupBy(trials, ({ fault: { point, fault, path } }) =>
    [point.component, fault, path.name, point.when].join('|'),
  );
  return [...groups.values()].map((group) => {
    const { point, fault, path } = (group[0] as Trial).fault;
    return {
      component: point.component,
      fault,
      path: path.name,
      boundary: point.when,
      runs: group.length,
      violations: group.reduce((sum, { violations }) => sum + violations.length, 0),
      failedRequests: group.reduce((sum, { lostRequests }) => sum + lostRequests, 0),
      mustFail: false,
      recoveryMs: group.flatMap(({ recoveryMs }) => recoveryMs ?? []),
      notes: group.flatMap(({ violations, fault: given }) =>
        violations.map((wrong) => `${given.point.place}: ${wrong}`),
      ),
    };
  });
}
