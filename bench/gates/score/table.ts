/** A table of text; the first row is the header, and all columns but the first are set flush right. */
export type Table = readonly (readonly string[])[];

/** For a terminal. */
export function plainTable(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return `${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}\n`;
}

/** For a Markdown file. */
export function markdownTable([header = [], ...rows]: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${header.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return `${[line(header), rule, ...rows.map(line)].join('\n')}\n`;
}

/** A share as a percentage of that many decimals, without the sign; `-` for none. */
export function percent(share: number, decimals = 1): string {
  return Number.isFinite(share) ? (100 * share).toFixed(decimals) : '-';
}

export function minutes(value: number): string {
  return Number.isFinite(value) ? String(value) : '-';
}
