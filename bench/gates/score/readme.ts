import { readFile, writeFile } from 'node:fs/promises';

/**
 * Replaces what stands between the two marks of a Markdown file, `<!-- mark -->` and `<!-- /mark -->`; throws if they are not
 * there, each once and in order.
 */
export async function replaceTable(file: string, table: string, mark = 'gates'): Promise<void> {
  await writeFile(file, between(await readFile(file, 'utf8'), table, mark));
}

/** The text with the table between its marks. */
export function between(text: string, table: string, mark = 'gates'): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [before, rest, ...more] = text.split(begin);
  const [, after, ...others] = (rest ?? '').split(end);
  if (before == null || after == null || more.length > 0 || others.length > 0)
    throw new Error(`mark the table's place once, with a line ${begin} and after it a line ${end}`);
  return `${before}${begin}\n\n${table}\n${end}${after}`;
}
