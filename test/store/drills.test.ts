import { expect, test } from 'vitest';
import { appendLedger } from '../../activities/store/ledger.ts';
import { lastDrills } from '../../client/drills.ts';
import { SYSTEM } from '../../domain/ledger-entry.ts';
import type { Reason } from '../../domain/reasons.ts';
import { useDatabase } from './database.ts';

const db = useDatabase();

test('of each endpoint the last drill of each ending is found, with its seconds', async () => {
  await ended('digits', 1, 'DrillFailed', null);
  await ended('digits', 2, 'DrillPassed', 60);
  await ended('digits', 3, 'DrillPassed', 41);
  await ended('digits', 4, 'Promoted', null);
  await ended('digits', 5, 'DrillNotHeld', null);
  await ended('letters', 1, 'DrillPassed', 12);
  const found = await lastDrills(db.urls.appUrl);
  expect(found.map(({ endpoint, passed, seconds, detail }) => [endpoint, passed, seconds, detail])).toEqual([
    ['digits', false, null, 'drill 1'],
    ['digits', true, 41, 'drill 3'],
    ['digits', null, null, 'drill 5'],
    ['letters', true, 12, 'drill 1'],
  ]);
});

async function ended(endpoint: string, epoch: number, reason: Reason, seconds: number | null): Promise<void> {
  const rolloutId = `local.${endpoint}.${epoch}`;
  const at = { key: `${rolloutId}:1`, target: 'local', endpoint, rolloutId, rolloutSequence: 1 };
  const what = { actor: SYSTEM, step: null, stage: 'done', reason, evidence: null } as const;
  const detail = { message: `drill ${epoch}`, seconds };
  await appendLedger(db.pool, [{ ...at, ...what, effectiveAt: new Date().toISOString(), detail }]);
}
