import type { Pool } from 'pg';
import { appendLedger } from '../../activities/store/ledger.ts';
import { batchHash } from '../../activities/evidence/batch-hash.ts';
import { judgeAll } from '../../gates/gate.ts';
import { planRollout } from '../../domain/plan.ts';
import { SYSTEM, type LedgerEntry } from '../../domain/ledger-entry.ts';
import type { GateBatch, GateBatchBody } from '../../domain/gate-batch.ts';
import type { GateQuestion } from '../../domain/gate-question.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { arm, batch, CANDIDATE, question, STABLE } from '../gates/support/batches.ts';

/** The epoch of every rollout here; each has an endpoint of its own. */
export const EPOCH = 7;
const PLAN = planRollout({ endpoint: 'digits', model: 'digits' });

/** Batch number `index` under the canary's fence, sealed as the serving host does. */
export function sealedBatch(endpoint: string, index: number, parts: Partial<GateBatch>): GateBatch {
  const { hash: _, ...body } = batch(index, { endpoint, ...parts });
  return { ...body, hash: batchHash(body) };
}

/** The ledger's rows of a rollout, in the form and order in which a workflow writes them. */
export function entriesOf(endpoint: string, notes: readonly Partial<LedgerEntry>[]): LedgerEntry[] {
  const rolloutId = `local.${endpoint}.${EPOCH}`;
  const pinned = (key: string) => ({
    key,
    model: 'digits',
    version: key.slice(1, 2),
    digest: '',
    source: '',
    runId: null,
  });
  const opening: Partial<LedgerEntry>[] = [
    {
      stage: 'preflight',
      reason: 'RolloutStarted',
      actor: { name: 'anna', proof: 'asserted' },
      detail: { candidate: pinned(CANDIDATE), plan: PLAN },
    },
    { stage: 'preflight', reason: 'PreflightPassed', detail: { snapshot: { stable: pinned(STABLE) }, epoch: EPOCH } },
  ];
  return [...opening, ...notes].map((note, index) => ({
    key: `${rolloutId}:${index + 1}`,
    target: 'local',
    endpoint,
    rolloutId,
    rolloutSequence: index + 1,
    effectiveAt: new Date(Date.parse('2026-05-01T12:00:00Z') + index * 60_000).toISOString(),
    actor: SYSTEM,
    stage: 'canary',
    step: null,
    reason: 'TrafficShifted',
    detail: {},
    evidence: null,
    ...note,
  }));
}

/** What a watch does: the verdict after each batch until one decides. */
export function watched(asked: GateQuestion, batches: readonly GateBatch[]): Verdict {
  for (let count = 1; count <= batches.length; count++) {
    const verdict = judgeAll(asked, batches.slice(0, count));
    if (verdict.decision !== 'inconclusive') return verdict;
  }
  return judgeAll(asked, batches);
}

export interface Recorded {
  readonly rollout: string;
  readonly verdict: Verdict;
}

export interface CanaryOptions {
  /** Of 40 requests of the candidate in each batch. */
  readonly errors: number;
  /** Batches; too few leave the gate undecided. */
  readonly count?: number;
  /** Batches of stable alone before the canary, by which the gate learns how noisy it is. */
  readonly calibration?: number;
  /** What the ledger says instead of what the gate said. */
  readonly change?: (verdict: Verdict) => Verdict;
}

/** Writes a rollout as far as its canary's gate and, where that failed, to its end. */
export async function recordCanary(
  pool: Pool,
  endpoint: string,
  { errors, count = 60, calibration = 0, change = (verdict) => verdict }: CanaryOptions,
): Promise<Recorded> {
  const asked = question({
    epoch: EPOCH,
    minDurationMs: 0,
    ...(calibration > 0 && { calibrationSequence: 1 }),
  });
  const alone = { fence: { epoch: EPOCH, sequence: 1 }, arms: [arm(STABLE, 160, { errors: 1 })] };
  const split = { arms: [arm(STABLE, 160), arm(CANDIDATE, 40, { errors })] };
  const batches = Array.from({ length: calibration + count }, (_, index) =>
    sealedBatch(endpoint, index, index < calibration ? alone : split),
  );
  const verdict = change(watched(asked, batches));
  await writeBatches(pool, batches);
  const failed = verdict.decision === 'fail';
  const gate = failed ? 'GateFailed' : verdict.decision === 'pass' ? 'GatePassed' : 'NotEnoughEvidence';
  await appendLedger(
    pool,
    entriesOf(endpoint, [
      { step: 'canary-20', detail: { fence: `${EPOCH}.3` } },
      { step: 'canary-20', reason: gate, detail: { summary: verdict.summary, question: asked }, evidence: verdict },
      ...(failed
        ? ([
            { stage: 'rollback', reason: 'RollbackStarted', evidence: verdict },
            ended('rolled_back', 'RolledBack', verdict),
          ] as const)
        : []),
    ]),
  );
  return { rollout: `local.${endpoint}.${EPOCH}`, verdict };
}

/** Writes a rollout that was promoted after its soak, as the workflow notes it. */
export async function recordSoak(pool: Pool, endpoint: string): Promise<Recorded> {
  const asked = question({
    stage: 'soak',
    epoch: EPOCH,
    stageSequence: 5,
    stepSequence: 5,
    weight: 10_000,
    minDurationMs: 0,
  });
  const batches = Array.from({ length: 30 }, (_, index) =>
    sealedBatch(endpoint, index, { fence: { epoch: EPOCH, sequence: 5 }, arms: [arm(CANDIDATE, 50)] }),
  );
  const soak = { ...asked, plan: PLAN.gates, shadow: null, nextWeight: 10_000 };
  const verdict = judgeAll(soak, batches);
  await writeBatches(pool, batches);
  const detail = { summary: verdict.summary, question: soak };
  await appendLedger(
    pool,
    entriesOf(endpoint, [
      { stage: 'full', step: 'full', detail: { fence: `${EPOCH}.5` } },
      { stage: 'soak', reason: 'SoakPassed', detail, evidence: verdict },
      ended('promoted', 'Promoted', verdict),
    ]),
  );
  return { rollout: `local.${endpoint}.${EPOCH}`, verdict };
}

function ended(outcome: string, reason: 'RolledBack' | 'Promoted', verdict: Verdict): Partial<LedgerEntry> {
  const [why, serving] = outcome === 'promoted' ? ['Promoted', CANDIDATE] : ['GateFailed', STABLE];
  return { stage: 'done', reason, detail: { outcome, reason: why, message: '', serving }, evidence: verdict };
}

async function writeBatches(pool: Pool, batches: readonly GateBatch[]): Promise<void> {
  for (const { hash, ...body } of batches) await writeBatch(pool, body, hash);
}

async function writeBatch(pool: Pool, body: GateBatchBody, hash: string): Promise<void> {
  await pool.query(
    `INSERT INTO slipway.gate_batches (target, endpoint, index, epoch, sequence, opened_at, sealed_at, body, hash)
     VALUES ('local', $1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      body.endpoint,
      body.index,
      body.fence.epoch,
      body.fence.sequence,
      body.opened,
      body.sealed,
      JSON.stringify(body),
      hash,
    ],
  );
}
