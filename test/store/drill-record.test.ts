import { expect, test } from 'vitest';
import { appendLedger } from '../../activities/store/ledger.ts';
import { rollbackRecord } from '../../activities/store/drill-record.ts';
import { exposition } from '../../domain/exposition.ts';
import { SYSTEM } from '../../domain/ledger-entry.ts';
import type { Reason } from '../../domain/reasons.ts';
import { drillSeries } from '../../worker/metrics/drills.ts';
import { scraped } from '../support/scraped.ts';
import { useDatabase } from './database.ts';

const db = useDatabase();

test('the ledger says of each fault when a drill last ended how, whether rollback is proven, and since when it is not', async () => {
  await ended('digits', 1, 'Promoted', 100);
  await ended('digits', 2, 'DrillPassed', 200, 'errors', 60);
  await ended('digits', 3, 'DrillPassed', 300, 'errors', 41);
  await ended('digits', 4, 'DrillPassed', 400, 'dead', 7);
  await ended('digits', 5, 'DrillFailed', 500, 'dead');
  await ended('digits', 6, 'DrillNotHeld', 600, 'errors');
  await ended('digits', 7, 'Promoted', 700);
  await ended('letters', 1, 'Promoted', 800);
  await ended('letters', 2, 'DrillNotHeld', 900, 'errors');
  const shown = Object.fromEntries(scraped(exposition(drillSeries(await rollbackRecord(db.pool)))));
  const digits = 'target="local",endpoint="digits"';
  const letters = 'target="local",endpoint="letters"';
  expect(shown).toEqual({
    [`slipway_drill_last_timestamp_seconds{${digits},fault="errors",result="passed"}`]: 300,
    [`slipway_drill_last_timestamp_seconds{${digits},fault="dead",result="passed"}`]: 400,
    [`slipway_drill_last_timestamp_seconds{${digits},fault="dead",result="failed"}`]: 500,
    [`slipway_drill_last_timestamp_seconds{${digits},fault="errors",result="not_held"}`]: 600,
    [`slipway_drill_last_timestamp_seconds{${letters},fault="errors",result="not_held"}`]: 900,
    [`slipway_drill_proven{${digits},fault="errors"}`]: 1,
    [`slipway_drill_proven{${digits},fault="dead"}`]: 0,
    [`slipway_drill_last_duration_seconds{${digits},fault="errors"}`]: 41,
    [`slipway_drill_last_duration_seconds{${digits},fault="dead"}`]: 7,
    [`slipway_rollback_unproven_since_timestamp_seconds{${digits}}`]: 400,
    [`slipway_rollback_unproven_since_timestamp_seconds{${letters}}`]: 800,
  });
});

async function ended(
  endpoint: string,
  epoch: number,
  reason: Reason,
  at: number,
  fault?: string,
  seconds: number | null = null,
): Promise<void> {
  const rolloutId = `local.${endpoint}.${epoch}`;
  const place = { key: `${rolloutId}:1`, target: 'local', endpoint, rolloutId, rolloutSequence: 1 };
  const what = { actor: SYSTEM, step: null, stage: 'done', reason, evidence: null } as const;
  const detail = { seconds, ...(fault && { drill: { fault: { kind: fault } } }) };
  await appendLedger(db.pool, [{ ...place, ...what, effectiveAt: new Date(at * 1_000).toISOString(), detail }]);
}
