import type { PoolClient } from 'pg';
import { MOST_REWARD, type RewardSums, type UserRewards } from '../../../domain/ab.ts';
import type { Draft } from '../fence-tally.ts';

/** Users that one batch counts at most; the rest waits for the next. */
const LIMIT = 5_000;

/** Requests are logged a moment after they end. */
const LOGGED_WITHIN = '2 seconds';

/** What users brought whose time is over, by arm; marks them as counted by this batch. */
const COUNT = `
  with due as (
    select user_id, arm, first_at, due_at from slipway.test_users
    where target = $1 and endpoint = $2 and epoch = $3 and batch_index is null
      and due_at <= $4::timestamptz - interval '${LOGGED_WITHIN}'
    order by due_at limit ${LIMIT}
  ), counted as (
    update slipway.test_users t set batch_index = $5 from due
    where t.target = $1 and t.endpoint = $2 and t.epoch = $3 and t.user_id = due.user_id
  ), asked as (
    select distinct due.user_id, due.arm, due.due_at, p.request_id
    from due join slipway.predictions p on p.user_id = due.user_id and p.ts between due.first_at and due.due_at
    where p.target = $1 and p.endpoint = $2 and p.epoch = $3 and p.role = 'live'
  ), brought as (
    select asked.user_id, asked.arm, r.name, sum(least(greatest(r.value, -${MOST_REWARD}), ${MOST_REWARD})) as value
    from asked join slipway.rewards r
      on r.target = $1 and r.endpoint = $2 and r.request_id = asked.request_id and r.received_at <= asked.due_at
    group by asked.user_id, asked.arm, r.name
  )
  select arm, null as name, count(*)::int as users, 0::float8 as sum, 0::float8 as squares from due group by arm
  union all
  select arm, name, count(*)::int, sum(value), sum(value * value) from brought where value <> 0 group by arm, name
  order by arm, name`;

interface CountedRow {
  readonly arm: string;
  /** `null` in the row of all users of the arm. */
  readonly name: string | null;
  readonly users: number;
  readonly sum: number;
  readonly squares: number;
}

/** The users of a test whom this batch counts, in the transaction that stores it; empty where there is no test. */
export async function countRewards(
  client: PoolClient,
  target: string,
  { endpoint, fence, sealed }: Draft,
  index: number,
): Promise<UserRewards[]> {
  const { rows } = await client.query<CountedRow>(COUNT, [target, endpoint, fence.epoch, sealed, index]);
  return rows.flatMap(({ arm, name, users }) =>
    name === null ? [{ version: arm, users, rewards: rewardsOf(rows, arm) }] : [],
  );
}

function rewardsOf(rows: readonly CountedRow[], arm: string): Record<string, RewardSums> {
  const own = rows.flatMap(({ name, users, sum, squares, ...row }) =>
    name !== null && row.arm === arm ? [[name, { converted: users, sum, squares }] as const] : [],
  );
  return Object.fromEntries(own);
}
