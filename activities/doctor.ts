import { Context } from '@temporalio/activity';
import type { Actor } from '../domain/ledger-entry.ts';
import type { Deps } from './deps.ts';
import { examine, type PlacedFinding } from './doctor/examine.ts';
import { repair, type Repaired } from './doctor/repair.ts';
import { failure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { keepWatch } from './monitor/keep-watch.ts';
import { keepPulling } from './outcomes/keep-pulling.ts';

/** What a round of the janitor found and did; small enough for a workflow's history, whatever the number of endpoints. */
export interface HouseReport {
  readonly endpoints: number;
  readonly findings: readonly PlacedFinding[];
  readonly repairs: readonly Repaired[];
}

const JANITOR: Actor = { name: 'slipway janitor', proof: 'system' };
/** Of more, the first ones say enough. */
const SHOWN = 50;

export function createDoctorActivities(deps: Deps) {
  return {
    /** Looks at every endpoint and mends what needs no person: see docs/operations.md. Safe to repeat. */
    async keepHouse(): Promise<HouseReport> {
      const { doctor } = deps;
      if (!doctor) throw failure('Unsupported', 'this worker has no client of Temporal, which the janitor needs');
      const ports = { ...doctor, pool: deps.pool, mlflow: deps.mlflow, target: deps.target };
      let done = 0;
      return withHeartbeat(
        async () => {
          const { endpoints, findings } = await examine(ports, { whole: false, onProgress: () => void (done += 1) });
          const repairs: Repaired[] = [];
          for (const examined of endpoints.filter((one) => one.findings.length > 0))
            repairs.push(...(await mend(examined)));
          repairs.push(...(await begin(keepWatch, 'watched')), ...(await begin(keepPulling, 'read')));
          for (const finding of findings) Context.current().log.warn(finding.message, { code: finding.code });
          return { endpoints: endpoints.length, findings: findings.slice(0, SHOWN), repairs: repairs.slice(0, SHOWN) };

          async function begin(keep: typeof keepWatch, what: string): Promise<Repaired[]> {
            return keep(deps).catch((error: unknown) => {
              Context.current().log.warn(`not ${what}: ${String(error)}`);
              return [];
            });
          }

          // What cannot be mended now, because a part of it is away, is met again in the next round.
          async function mend(examined: Parameters<typeof repair>[1]): Promise<Repaired[]> {
            return repair(ports, examined, { actor: JANITOR, isAlone: true, now: deps.clock() }).catch(
              (error: unknown) => {
                Context.current().log.warn(`not mended: ${String(error)}`);
                return [];
              },
            );
          }
        },
        () => ({ done }),
      );
    },
  };
}
