import type { PoolClient } from 'pg';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { CreditedLabel } from './labels.ts';
import type { StoredLabel } from './labels/label-desk.ts';

/** Labels that one batch takes at most; the rest waits for the next. */
const LIMIT = 2000;

/**
 * A label whose prediction is not there stays open. To read all of those again for every batch would cost more each day,
 * so the far look back is only made at first, and until it finds nothing left.
 */
const LOOK_BACK = { near: '10 minutes', far: '30 days' };

const PENDING = `
  select o.request_id as "requestId", o.row, o.label, p.version, p.prediction, p.ts, p.epoch, p.sequence, m.mirrored
  from slipway.outcomes o
  cross join lateral (
    select version, prediction, ts, epoch, sequence from slipway.predictions p
    where p.target = o.target and p.endpoint = o.endpoint and p.request_id = o.request_id and p.row = o.row
      and p.role = 'live' and p.version is not null
    order by p.ts limit 1
  ) p
  cross join lateral (
    select jsonb_object_agg(m.arm, m.prediction) filter (where m.prediction is not null) as mirrored
    from slipway.predictions m
    where m.target = o.target and m.endpoint = o.endpoint and m.request_id = o.request_id and m.row = o.row
      and m.role = 'shadow' and m.epoch = p.epoch and m.sequence = p.sequence and m.status between 200 and 299
  ) m
  where o.target = $1 and o.endpoint = $2 and o.batch_index is null
    and o.received_at < $3 and o.received_at > $3::timestamptz - $4::interval
  order by o.received_at limit ${LIMIT}`;

/** Reads the labels that came before a moment and that no batch has counted. */
export type LabelReader = (client: PoolClient, endpoint: string, before: string) => Promise<StoredLabel[]>;

interface LabelRow extends Omit<StoredLabel, 'at' | 'fence'> {
  readonly ts: Date;
  readonly epoch: string;
  readonly sequence: string;
}

export function createLabelReader(target: string): LabelReader {
  const caughtUp = new Set<string>();
  return async (client, endpoint, before) => {
    const lookBack = caughtUp.has(endpoint) ? LOOK_BACK.near : LOOK_BACK.far;
    const { rows } = await client.query<LabelRow>(PENDING, [target, endpoint, before, lookBack]);
    if (rows.length < LIMIT) caughtUp.add(endpoint);
    else caughtUp.delete(endpoint);
    return rows.map(({ ts, epoch, sequence, ...label }) => ({
      ...label,
      at: ts.getTime(),
      fence: { epoch: Number(epoch), sequence: Number(sequence) },
    }));
  };
}

const MARK = `
  update slipway.outcomes o set version = c.version, correct = c.correct, batch_index = $3
  from unnest($4::text[], $5::int[], $6::text[], $7::boolean[]) as c (request_id, row, version, correct)
  where o.target = $1 and o.endpoint = $2 and o.request_id = c.request_id and o.row = c.row`;

export async function markCredited(
  client: PoolClient,
  target: string,
  { endpoint, index }: GateBatch,
  credited: readonly CreditedLabel[],
): Promise<void> {
  if (credited.length === 0) return;
  const column = <T>(read: (label: CreditedLabel) => T) => credited.map(read);
  await client.query(MARK, [
    target,
    endpoint,
    index,
    column((label) => label.requestId),
    column((label) => label.row),
    column((label) => label.version),
    column((label) => label.correct),
  ]);
}
