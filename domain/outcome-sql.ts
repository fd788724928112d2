import type { Outcome } from './serving-contract.ts';

/** A statement with its parameters. */
export interface OutcomeStatement {
  readonly text: string;
  readonly values: unknown[];
}

/** Takes in the labels of different predictions; one row with how many were `accepted`, `revised` and are `unknown`. */
export function addLabels(target: string, outcomes: readonly Outcome[]): OutcomeStatement {
  const column = <T>(read: (outcome: Outcome) => T) => outcomes.map(read);
  return {
    text: `select accepted, revised, unknown
      from slipway.add_outcomes($1, $2::text[], $3::text[], $4::int[], $5::jsonb[], $6::timestamptz[])`,
    values: [
      target,
      column((outcome) => outcome.endpoint),
      column((outcome) => outcome.requestId),
      column((outcome) => outcome.row ?? 0),
      column((outcome) => JSON.stringify(outcome.label)),
      column((outcome) => outcome.at ?? null),
    ],
  };
}

/** Takes in rewards, of which the first value of a name stands; its count of rows is how many were new. */
export function addRewards(target: string, outcomes: readonly Outcome[]): OutcomeStatement {
  const all = outcomes.flatMap(({ endpoint, requestId, row = 0, rewards = {} }) =>
    Object.entries(rewards).map(([name, value]) => ({ endpoint, requestId, row, name, value })),
  );
  const column = <T>(read: (reward: (typeof all)[number]) => T) => all.map(read);
  return {
    text: `insert into slipway.rewards (target, endpoint, request_id, row, name, value)
      select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::float8[])
      on conflict do nothing`,
    values: [
      target,
      column(({ endpoint }) => endpoint),
      column(({ requestId }) => requestId),
      column(({ row }) => row),
      column(({ name }) => name),
      column(({ value }) => value),
    ],
  };
}

/** Labels in rounds that have no prediction twice, each in the order in which they were given: a second one revises the first. */
export function inRounds(outcomes: readonly Outcome[]): Outcome[][] {
  const rounds: Outcome[][] = [];
  const times = new Map<string, number>();
  for (const outcome of outcomes) {
    const key = JSON.stringify([outcome.endpoint, outcome.requestId, outcome.row ?? 0]);
    const round = times.get(key) ?? 0;
    times.set(key, round + 1);
    (rounds[round] ??= []).push(outcome);
  }
  return rounds;
}
