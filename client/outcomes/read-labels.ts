import type { Outcome } from '../../domain/serving-contract.ts';
import { chooseColumns, type NamedColumns } from './columns.ts';
import { openGivenTable } from './given-table.ts';
import { firstFaults, PLACE, placeFaults, streamed, type OutcomeFile } from './outcome-file.ts';

export type LabelType = 'auto' | 'text' | 'number' | 'boolean';

/** A label as a file has it. */
export type FileLabel = Omit<Outcome, 'endpoint'>;

const NUMBER = '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$';
const YES_OR_NO = "('true', 'false')";

/** @throws Failure for a file that cannot be read as a whole */
export async function readLabels(path: string, named: NamedColumns, type: LabelType): Promise<OutcomeFile<FileLabel>> {
  const table = await openGivenTable(path, (found) => ({ ...chooseColumns(found, named, path) }));
  const { connection, lineWord } = table;
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS();
  try {
    await connection.run(checked(type === 'auto' ? await typeOfText(rows) : type));
    await connection.run(`CREATE TABLE labels AS
      SELECT line, id, place, value, kind, moment FROM checked WHERE fault IS NULL
      QUALIFY row_number() OVER (PARTITION BY id, place ORDER BY moment DESC NULLS LAST, line DESC) = 1`);
    const [[given, sound, kept] = []] = await rows(`SELECT count(*), count(*) FILTER (fault IS NULL),
      (SELECT count(*) FROM labels) FROM checked`);
    return {
      what: 'label',
      count: Number(kept),
      superseded: Number(sound) - Number(kept),
      rejected: Number(given) - Number(sound),
      rejectedLines: await firstFaults(rows),
      lineWord,
      portions: () =>
        streamed(
          connection,
          `SELECT id, place, value, kind, strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ') FROM labels ORDER BY line`,
          labelOf,
        ),
      close: () => table.close(),
    };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** A file of text does not say what its labels are: numbers or yes and no where all of them are, else names. */
async function typeOfText(rows: (sql: string) => Promise<unknown[][]>): Promise<LabelType> {
  const [[numbers, yesOrNo] = []] = await rows(`SELECT bool_and(regexp_matches(trim(label), '${NUMBER}')),
    bool_and(lower(trim(label)) IN ${YES_OR_NO}) FROM given WHERE label_kind IS NULL AND trim(label) <> ''`);
  return numbers === true ? 'number' : yesOrNo === true ? 'boolean' : 'text';
}

/** The table `checked`: what each line says, or its fault. */
function checked(type: LabelType): string {
  const wanted = { number: 'a number', boolean: 'true or false', text: 'text', auto: '' }[type];
  return `CREATE TABLE checked AS SELECT line, trim(id) AS id, place, value, of_kind AS kind, moment,
      CASE
        ${placeFaults()}
        WHEN value IS NULL OR value = '' THEN 'it has no label'
        WHEN length(value) > 1000 THEN 'its label is longer than 1000 characters'
        WHEN of_kind = 'other' THEN 'its label is a list or an object, not one value'
        WHEN of_kind = 'number' AND (try_cast(value AS DOUBLE) IS NULL OR NOT isfinite(try_cast(value AS DOUBLE)))
          OR of_kind = 'boolean' AND lower(value) NOT IN ${YES_OR_NO}
          THEN 'its label "' || value[:40] || '" is not ${wanted}'
        WHEN trim(time) <> '' AND moment IS NULL
          THEN 'its time "' || time[:40] || '" cannot be read: write it as 2026-11-24T08:31:00Z'
      END AS fault
    FROM (
      SELECT *, trim(label) AS value, coalesce(label_kind, '${type}') AS of_kind, try_cast(time AS TIMESTAMPTZ) AS moment,
        ${PLACE} AS place
      FROM given)`;
}

function labelOf([id, place, value, kind, moment]: readonly unknown[]): FileLabel {
  const text = String(value);
  const label = kind === 'number' ? Number(text) : kind === 'boolean' ? text.toLowerCase() === 'true' : text;
  const at = typeof moment === 'string' ? { at: moment } : {};
  return { requestId: String(id), row: Number(place), label, ...at };
}
