import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { usageFailure } from '../failure.ts';

/** How a file with a heading line is laid out. */
export interface CsvLayout {
  readonly delimiter: string;
  readonly columns: readonly string[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Reads the heading; guessing the layout from all lines would make one bad line look like another layout. */
export async function readCsvHeader(path: string): Promise<CsvLayout> {
  const heading = (await firstLine(path))?.replace(/^\uFEFF/, '');
  if (heading === undefined) throw usageFailure(`${path} is empty: its first line must name the columns`);
  const [delimiter] = DELIMITERS.map((each) => ({ each, count: heading.split(each).length }))
    .toSorted((a, b) => b.count - a.count)
    .map(({ each }) => each);
  const columns = fieldsOf(heading, delimiter ?? ',');
  const double = columns.find((name, at) => columns.indexOf(name) !== at);
  if (double === undefined) return { delimiter: delimiter ?? ',', columns };
  throw usageFailure(`${path} has two columns "${double}" in line 1: give each a name of its own`);
}

async function firstLine(path: string): Promise<string | undefined> {
  const bytes = createReadStream(path);
  const text = path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  try {
    for await (const line of createInterface({ input: text })) return line;
    return undefined;
  } finally {
    bytes.destroy();
  }
}

/** The fields of a line; a delimiter inside quotes is part of its field. */
function fieldsOf(line: string, delimiter: string): string[] {
  const fields = [''];
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === delimiter && !isQuoted) fields.push('');
    else fields.push((fields.pop() ?? '') + character);
  }
  return fields.map((field) =>
    field
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  );
}
