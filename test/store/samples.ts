import type { GateBatchBody } from '../../domain/gate-batch.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { SYSTEM } from '../../domain/ledger-entry.ts';

/** The endpoint that most tests write about. */
export const DIGITS = { target: 'local', endpoint: 'digits' };

export function entry(key: string, over: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...DIGITS,
    key,
    rolloutId: 'local.digits.1',
    rolloutSequence: 1,
    effectiveAt: '2026-05-01T12:00:00.123Z',
    actor: SYSTEM,
    stage: 'canary',
    step: 'canary-10',
    reason: 'TrafficShifted',
    detail: { weight: 1_000 },
    evidence: null,
    ...over,
  };
}

export function batchBody(index: number, over: Partial<GateBatchBody> = {}): GateBatchBody {
  return {
    endpoint: 'digits',
    fence: { epoch: 4, sequence: 2 },
    index,
    opened: '2026-05-01T12:00:00.000Z',
    sealed: '2026-05-01T12:00:10.000Z',
    arms: [{ version: 'v1-aaaaaaaaaaaa', n: 9, errors: 1, timeouts: 0, rejected: 0, latency: [[120, 9]], users: null }],
    pairs: [],
    labels: [],
    lost: 0,
    ...over,
  };
}
