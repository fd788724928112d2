import { usageFailure } from '../failure.ts';

/** Which column of a file holds what; `null` where it has none of that. */
export interface LabelColumns {
  readonly id: string;
  readonly row: string | null;
  readonly label: string;
  readonly time: string | null;
}

/** Columns that were named on the command line. */
export type NamedColumns = { readonly [K in keyof LabelColumns]?: string | undefined };

const GUESSES: Readonly<Record<keyof LabelColumns, readonly string[]>> = {
  id: ['requestid', 'xrequestid', 'predictionid', 'id'],
  row: ['row', 'rowindex'],
  label: ['label', 'outcome', 'target', 'truth', 'actual', 'y'],
  time: ['time', 'timestamp', 'at', 'observedat', 'labeltime', 'labeledat', 'labelledat'],
};

/** A reward by its name in `ab.metrics`, and the column that holds it. */
export interface RewardColumn {
  readonly name: string;
  readonly column: string;
}

/**
 * The named columns, and for the others the first that is called as such columns are.
 *
 * @throws Failure for a column that is not there, naming those that are and the flag
 */
export function chooseColumns(found: readonly string[], named: NamedColumns, file: string): LabelColumns {
  return {
    ...choosePlace(found, named, file),
    label: needed('label', { found, named, file }, 'the labels'),
    time: choose('time', { found, named, file }),
  };
}

/** The same for the columns that say which prediction a line is about. @throws Failure */
export function choosePlace(
  found: readonly string[],
  named: NamedColumns,
  file: string,
): Pick<LabelColumns, 'id' | 'row'> {
  return {
    id: needed('id', { found, named, file }, "the requests' ids"),
    row: choose('row', { found, named, file }),
  };
}

/** @throws Failure for a column that is not there */
export function chooseReward(found: readonly string[], { name, column }: RewardColumn, file: string): string {
  if (found.includes(column)) return column;
  throw usageFailure(
    `${file} has no column "${column}" (--reward ${name}): name it as --reward ${name}=COLUMN; it has ${listed(found)}`,
  );
}

interface Search {
  readonly found: readonly string[];
  readonly named: NamedColumns;
  readonly file: string;
}

function choose(what: keyof LabelColumns, { found, named, file }: Search): string | null {
  const name = named[what];
  if (name === undefined) return guess(found, GUESSES[what]);
  if (found.includes(name)) return name;
  throw usageFailure(`${file} has no column "${name}" (--${what}); it has ${listed(found)}`);
}

function needed(what: 'id' | 'label', search: Search, meaning: string): string {
  const name = choose(what, search);
  if (name !== null) return name;
  const { found, file } = search;
  throw usageFailure(
    `${file} has no column that looks like ${meaning}: name it with --${what}; it has ${listed(found)}`,
  );
}

function guess(found: readonly string[], names: readonly string[]): string | null {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return names.map((name) => found.find((column) => plain(column) === name)).find((name) => name !== undefined) ?? null;
}

function listed(columns: readonly string[]): string {
  const most = 20;
  return [...columns.slice(0, most), ...(columns.length > most ? [`and ${columns.length - most} more`] : [])].join(
    ', ',
  );
}
