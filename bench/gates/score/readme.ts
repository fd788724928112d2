import { readFile, writeFile } from 'node:fs/promises';

const BEGIN = '<!-- gates -->';
const END = '<!-- /gates -->';

/** Replaces what stands between the two marks of a Markdown file; throws if they are not there, each once and in order. */
export async function replaceTable(file: string, table: string): Promise<void> {
  await writeFile(file, between(await readFile(file, 'utf8'), table));
}

/** The text with the table between its marks. */
export function between(text: string, table: string): string {
  const [before, rest, ...more] = text.split(BEGIN);
  const [, after, ...others] = (rest ?? '').split(END);
  if (before == null || after == null || more.length > 0 || others.length > 0)
    throw new Error(`mark the table's place once, with a line ${BEGIN} and after it a line ${END}`);
  return `${before}${BEGIN}\n\n${table}\n${END}${after}`;
}
