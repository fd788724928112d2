import type { Outcome } from './serving-contract.ts';

/** A statement with its parameters. */
interface OutcomeStatement {
  readonly text: string;
  readonly values: unknown[];
}

/** What came of outcomes that were taken in; each label is accepted, a revision of one, or a repetition. */
export interface Taken {
  readonly accepted: number;
  readonly repeated: number;
  readonly revised: number;
  /** Of all labels, those of ids that no prediction has yet. */
  readonly unknown: number;
  /** Rewards that are new. */
  readonly rewards: number;
}

/** Runs a statement; its rows. */
type Ask = (statement: OutcomeStatement) => Promise<readonly unknown[]>;

/** Takes outcomes in by whatever asks the database; what is taken in again counts as repeated. */
export async function takeOutcomes(ask: Ask, target: string, outcomes: readonly Outcome[]): Promise<Taken> {
  const sums = { accepted: 0, repeated: 0, revised: 0, unknown: 0, rewards: 0 };
  // The second label for one prediction revises the first, which has to be there by then.
  for (const round of inRounds(outcomes.filter(({ label }) => label !== undefined))) {
    const [row] = (await ask(addLabels(target, round))) as readonly Counts[];
    const [accepted, revised] = [Number(row?.accepted ?? 0), Number(row?.revised ?? 0)];
    sums.accepted += accepted;
    sums.revised += revised;
    sums.repeated += round.length - accepted - revised;
    sums.unknown += Number(row?.unknown ?? 0);
  }
  const brought = outcomes.filter(({ rewards }) => rewards !== undefined);
  if (brought.length > 0) sums.rewards = (await ask(addRewards(target, brought))).length;
  return sums;
}

type Counts = Readonly<Partial<Record<'accepted' | 'revised' | 'unknown', string>>>;

/** Takes in the labels of different predictions; one row with how many were `accepted`, `revised` and are `unknown`. */
function addLabels(target: string, outcomes: readonly Outcome[]): OutcomeStatement {
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

/** Takes in rewards, of which the first value of a name stands; a row for each that is new. */
function addRewards(target: string, outcomes: readonly Outcome[]): OutcomeStatement {
  const all = outcomes.flatMap(({ endpoint, requestId, row = 0, rewards = {} }) =>
    Object.entries(rewards).map(([name, value]) => ({ endpoint, requestId, row, name, value })),
  );
  const column = <T>(read: (reward: (typeof all)[number]) => T) => all.map(read);
  return {
    text: `insert into slipway.rewards (target, endpoint, request_id, row, name, value)
      select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::float8[])
      on conflict do nothing returning 1`,
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
function inRounds(outcomes: readonly Outcome[]): Outcome[][] {
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
