import type { Pool } from 'pg';
import { rollbackRecord, type DrillRecord, type RollbackRecord } from '../../activities/store/drill-record.ts';
import { series, type Series } from '../../domain/exposition.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import { remembered } from './remembered.ts';

/** Drills are days apart, and the ledger is long. */
const FRESH_MS = 60_000;

/** What the ledger knows of drills, read at most once a minute; the same as before while PostgreSQL does not answer. */
export function createDrillMetrics(pool: Pool): () => Promise<Series[]> {
  return remembered(FRESH_MS, [], () => rollbackRecord(pool).then(drillSeries));
}

export function drillSeries({ drills, promoted }: RollbackRecord): Series[] {
  const lastHeld = [...Map.groupBy(drills.filter(isHeld), placeAndFault).values()].flatMap((held) =>
    held.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, 1),
  );
  const passed = drills.filter(({ result }) => result === 'passed');
  return [
    series(
      WORKER_METRICS.drilled,
      drills.map((drill) => [{ ...labelsOf(drill), result: drill.result }, inSeconds(drill.at)] as const),
    ),
    series(
      WORKER_METRICS.proven,
      lastHeld.map((drill) => [labelsOf(drill), drill.result === 'passed' ? 1 : 0] as const),
    ),
    series(
      WORKER_METRICS.tookBack,
      passed.flatMap((drill) => (drill.seconds === null ? [] : [[labelsOf(drill), drill.seconds] as const])),
    ),
    series(
      WORKER_METRICS.unproven,
      promoted.map(({ target, endpoint, at }) => {
        const proofs = passed.filter((drill) => drill.target === target && drill.endpoint === endpoint);
        return [{ target, endpoint }, Math.max(...[at, ...proofs.map((proof) => proof.at)].map(inSeconds))] as const;
      }),
    ),
  ];
}

function isHeld({ result }: DrillRecord): boolean {
  return result !== 'not_held';
}

function labelsOf({ target, endpoint, fault }: DrillRecord) {
  return { target, endpoint, fault };
}

function placeAndFault(drill: DrillRecord): string {
  return Object.values(labelsOf(drill)).join(' ');
}

function inSeconds(at: Date): number {
  return at.getTime() / 1_000;
}
