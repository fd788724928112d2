import type { Pool } from 'pg';
import { batchHash } from '../../../activities/evidence/batch-hash.ts';
import type { WatchGate } from '../../../activities/watch.ts';
import type { ArmCounts, GateBatchBody } from '../../../domain/gate-batch.ts';
import { planRollout } from '../../../domain/plan.ts';

export const CANDIDATE = 'v2-222222222222';
export const STABLE = 'v1-111111111111';

export type Counts = Pick<ArmCounts, 'n' | 'errors'>;

let endpoints = 0;

/** A watch of a canary at 50 % on an endpoint of its own. */
export function watchRequest(change: Partial<WatchGate> = {}): WatchGate {
  const endpoint = `e${(endpoints += 1)}`;
  return {
    target: 'local',
    endpoint,
    mode: 'decide',
    limitMs: 10,
    maxBlindMs: 60_000,
    from: null,
    entries: [],
    question: {
      stage: 'canary',
      candidate: CANDIDATE,
      stable: STABLE,
      plan: planRollout({ endpoint, model: 'm' }).gates,
      shadow: null,
      epoch: 1,
      stageSequence: 1,
      stepSequence: 1,
      weight: 5_000,
      nextWeight: 10_000,
      minDurationMs: 0,
    },
    ...change,
  };
}

interface SealOptions {
  readonly from?: number;
  readonly sealedAt?: number;
  readonly parts?: Partial<GateBatchBody>;
}

/** Seals `count` batches of ten seconds each, from index `from` on, under fence 1.1. */
export async function seal(
  pool: Pool,
  endpoint: string,
  count: number,
  candidate: Counts,
  stable: Counts,
  { from = 0, sealedAt = 10_000 * (from + 1), parts = {} }: SealOptions = {},
): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    const at = sealedAt + (index - from) * 10_000;
    const body: GateBatchBody = {
      endpoint,
      index,
      fence: { epoch: 1, sequence: 1 },
      opened: new Date(at - 10_000).toISOString(),
      sealed: new Date(at).toISOString(),
      arms: [arm(STABLE, stable), arm(CANDIDATE, candidate)],
      pairs: [],
      labels: [],
      lost: 0,
      ...parts,
    };
    await pool.query(
      `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
       VALUES ('local', $1, $2, 1, 1, $3, $4, $5, $6)`,
      [endpoint, index, body.opened, body.sealed, JSON.stringify(body), batchHash(body)],
    );
  }
}

function arm(version: string, { n, errors }: Counts): ArmCounts {
  return { version, n, errors, timeouts: 0, rejected: 0, latency: [[100, n]], users: null };
}
