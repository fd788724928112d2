import type { PoolClient } from 'pg';
import type { GateBatch } from '../../domain/gate-batch.ts';
import type { CreditedLabel } from './labels.ts';
import type { StoredLabel } from './labels/label-desk.ts';

/** Labels that one batch takes at most; the rest waits for the next. */
const LIMIT = 2000;

/** Unknown ids that one batch looks for at most: each look asks every day of the log. */
const LOOKS = 500;

/**
 * A label that came before its prediction is looked for again after as long as it has waited, so that a push of many ids
 * that nobody knows costs little; the youngest come first, since most of those that are found are found soon.
 */
const FIND = `
  with due as (
    select request_id, row, received_at from slipway.outcomes
    where target = $1 and endpoint = $2 and served_at is null and look_at <= now()
    order by look_at desc limit ${LOOKS}
  ), found as (
    select due.*, p.ts, p.version from due left join lateral (
      select ts, version from slipway.predictions p
      where p.target = $1 and p.endpoint = $2 and p.request_id = due.request_id and p.row = due.row
        and p.role = 'live' and p.version is not null
      order by p.ts limit 1
    ) p on true
  )
  update slipway.outcomes o set
    served_at = f.ts,
    version = coalesce(f.version, o.version),
    look_at = now() + least(greatest(now() - f.received_at, interval '1 second'), interval '10 minutes')
  from found f
  where o.target = $1 and o.endpoint = $2 and o.request_id = f.request_id and o.row = f.row`;

const PENDING = `
  select o.request_id as "requestId", o.row, o.label, p.version, p.prediction, p.ts, p.epoch, p.sequence, m.mirrored
  from slipway.outcomes o
  join slipway.predictions p on p.ts = o.served_at and p.target = o.target and p.endpoint = o.endpoint
    and p.request_id = o.request_id and p.row = o.row and p.role = 'live' and p.version is not null
  cross join lateral (
    select jsonb_object_agg(m.arm, m.prediction) filter (where m.prediction is not null) as mirrored
    from slipway.predictions m
    where m.target = o.target and m.endpoint = o.endpoint and m.request_id = o.request_id and m.row = o.row
      and m.role = 'shadow' and m.epoch = p.epoch and m.sequence = p.sequence and m.status between 200 and 299
  ) m
  where o.target = $1 and o.endpoint = $2 and o.batch_index is null and o.served_at is not null and o.received_at < $3
  order by o.received_at limit ${LIMIT}`;

/** Reads the labels that came before a moment and that no batch has counted. */
export type LabelReader = (client: PoolClient, endpoint: string, before: string) => Promise<StoredLabel[]>;

interface LabelRow extends Omit<StoredLabel, 'at' | 'fence'> {
  readonly ts: Date;
  readonly epoch: string;
  readonly sequence: string;
}

export function createLabelReader(target: string): LabelReader {
  return async (client, endpoint, before) => {
    await client.query(FIND, [target, endpoint]);
    const { rows } = await client.query<LabelRow>(PENDING, [target, endpoint, before]);
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
