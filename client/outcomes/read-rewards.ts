import { MOST_REWARD } from '../../domain/ab.ts';
import type { Outcome } from '../../domain/serving-contract.ts';
import { choosePlace, chooseReward, type NamedColumns, type RewardColumn } from './columns.ts';
import { openGivenTable } from './given-table.ts';
import { firstFaults, PLACE, placeFaults, streamed, type OutcomeFile } from './outcome-file.ts';

/** What one line of a file says that a request brought. */
export type FileReward = Pick<Outcome, 'requestId'> & {
  readonly row: number;
  readonly rewards: Record<string, number>;
};

/**
 * Reads a file that has a column for each reward; an empty field brings nothing of it. Lines keep their order, since of two
 * values for one request the first stands.
 *
 * @throws Failure for a file that cannot be read as a whole
 */
export async function readRewards(
  path: string,
  named: Pick<NamedColumns, 'id' | 'row'>,
  rewards: readonly RewardColumn[],
): Promise<OutcomeFile<FileReward>> {
  const names = rewards.map(({ name }) => name);
  const table = await openGivenTable(path, (found) => ({
    ...choosePlace(found, named, path),
    ...Object.fromEntries(rewards.map((reward, i) => [`r${i}`, chooseReward(found, reward, path)])),
  }));
  const { connection, lineWord } = table;
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
  try {
    await connection.run(checked(names));
    const present = names.map((_, i) => `count(v${i}) FILTER (fault IS NULL)`).join(' + ');
    const [[rejected, count] = []] = await rows(`SELECT count(*) FILTER (fault IS NOT NULL), ${present} FROM checked`);
    const values = names.map((_, i) => `v${i}`).join(', ');
    return {
      what: 'reward',
      count: Number(count),
      superseded: 0,
      rejected: Number(rejected),
      rejectedLines: await firstFaults(rows),
      lineWord,
      portions: () =>
        streamed(
          connection,
          `SELECT id, place, ${values} FROM checked WHERE fault IS NULL ORDER BY line`,
          ([id, place, ...brought]) => {
            const own = names.flatMap((name, i) => (brought[i] === null ? [] : [[name, Number(brought[i])] as const]));
            return { requestId: String(id), row: Number(place), rewards: Object.fromEntries(own) };
          },
        ),
      close: () => table.close(),
    };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** The table `checked`: the rewards of each line as numbers (`v0`, `v1` …), or its fault. Yes counts as 1, no as 0. */
function checked(names: readonly string[]): string {
  const values = names.map(
    (_, i) =>
      `CASE lower(trim(r${i})) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE try_cast(trim(r${i}) AS DOUBLE) END AS v${i}`,
  );
  const faults = names.map(
    (
      name,
      i,
    ) => `WHEN r${i}_kind = 'other' AND trim(r${i}) <> '' THEN 'its ${name} is a list, an object or a time, not a number'
        WHEN trim(r${i}) <> '' AND (v${i} IS NULL OR NOT isfinite(v${i}))
          THEN 'its ${name} "' || r${i}[:40] || '" is not a number'
        WHEN abs(v${i}) > ${MOST_REWARD} THEN 'its ${name} is beyond ${MOST_REWARD}'`,
  );
  const none = names.map((_, i) => `v${i} IS NULL`).join(' AND ');
  return `CREATE TABLE checked AS SELECT line, trim(id) AS id, place, ${names.map((_, i) => `v${i}`).join(', ')},
      CASE
        ${placeFaults()}
        ${faults.join('\n        ')}
        WHEN ${none} THEN 'it has no ${names.length === 1 ? names.join() : 'reward'}'
      END AS fault
    FROM (SELECT *, ${values.join(', ')}, ${PLACE} AS place FROM given)`;
}
