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
  label: ['label', 'outcome', 'target', 'truth', 'actual', 'reward', 'y'],
  time: ['time', 'timestamp', 'at', 'observedat', 'labeltime', 'labeledat', 'labelledat'],
};

/**
 * The named columns, and for the others the first that is called as such columns are.
 *
 * @throws Failure for a column that is not there, naming those that are and the flag
 */
export function chooseColumns(found: readonly string[], named: NamedColumns, file: string): LabelColumns {
  const choose = (what: keyof LabelColumns): string | null => {
    const name = named[what];
    if (name === undefined) return guess(found, GUESSES[what]);
    if (found.includes(name)) return name;
    throw usageFailure(`${file} has no column "${name}" (--${what}); it has ${listed(found)}`);
  };
  const needed = (what: 'id' | 'label', meaning: string): string => {
    const name = choose(what);
    if (name !== null) return name;
    throw usageFailure(
      `${file} has no column that looks like ${meaning}: name it with --${what}; it has ${listed(found)}`,
    );
  };
  return {
    id: needed('id', "the requests' ids"),
    row: choose('row'),
    label: needed('label', 'the labels'),
    time: choose('time'),
  };
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
