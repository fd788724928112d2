import { WATCH_STEP, type Actor } from '../../domain/ledger-entry.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { Place } from '../rollouts/place.ts';
import { readOnly } from './database.ts';

/** A rollout, rollback or drill on an endpoint, as the ledger has it. */
export interface LoggedRun {
  readonly rolloutId: string;
  readonly kind: 'rollout' | 'rollback' | 'drill';
  readonly candidate: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  /** `null` while its books are open. */
  readonly endedAt: string | null;
  readonly by: Actor;
  readonly outcome: string | null;
  readonly reason: Reason | null;
  readonly detail: string;
  /** Temporal's, where it was begun there. */
  readonly runId: string | null;
}

interface Row {
  readonly rollout_id: string;
  readonly began: Reason;
  readonly candidate: string | null;
  readonly started_at: Date;
  readonly actor: string;
  readonly actor_proof: Actor['proof'];
  readonly ended_at: Date | null;
  readonly ended: { outcome?: string; reason?: Reason; message?: string } | null;
  readonly ended_as: Reason | null;
  readonly rollout_key: string | null;
}

/** The latest runs on an endpoint, newest first. @throws Failure `no_database` */
export async function readRuns(databaseUrl: string, { target, endpoint }: Place, limit: number): Promise<LoggedRun[]> {
  const { rows } = await readOnly(databaseUrl, 'the ledger', (client) =>
    client.query<Row>(RUNS, [target, endpoint, limit]),
  );
  return rows.map((row) => ({
    rolloutId: row.rollout_id,
    kind: KINDS[row.began] ?? 'rollout',
    candidate: row.candidate,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    by: { name: row.actor, proof: row.actor_proof },
    outcome: row.ended?.outcome ?? null,
    reason: row.ended?.reason ?? row.ended_as,
    detail: row.ended?.message ?? '',
    runId: row.rollout_key,
  }));
}

const KINDS: Readonly<Partial<Record<Reason, LoggedRun['kind']>>> = {
  RolledBackByHand: 'rollback',
  DrillStarted: 'drill',
};

const RUNS = `
  SELECT begun.rollout_id, begun.reason AS began, begun.effective_at AS started_at, begun.actor, begun.actor_proof,
    begun.detail #>> '{candidate,key}' AS candidate, done.effective_at AS ended_at, done.detail AS ended, done.reason AS ended_as, epochs.rollout_key
  FROM (
    SELECT rollout_id, min(seq) AS seq FROM slipway.ledger WHERE target = $1 AND endpoint = $2
      AND step IS DISTINCT FROM '${WATCH_STEP}' GROUP BY rollout_id
    ORDER BY 2 DESC LIMIT $3
  ) AS run
  JOIN slipway.ledger AS begun ON begun.target = $1 AND begun.endpoint = $2 AND begun.seq = run.seq
  LEFT JOIN LATERAL (
    SELECT effective_at, detail, reason FROM slipway.ledger
    WHERE target = $1 AND endpoint = $2 AND rollout_id = run.rollout_id AND stage = 'done'
      AND (detail ? 'outcome' OR reason = 'FoundTerminated')
    ORDER BY seq DESC LIMIT 1
  ) AS done ON true
  LEFT JOIN slipway.epochs ON epochs.target = $1 AND epochs.endpoint = $2
    AND run.rollout_id = $1 || '.' || $2 || '.' || epochs.epoch
  ORDER BY run.seq DESC`;
