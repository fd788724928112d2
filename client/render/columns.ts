import { stripVTControlCharacters } from 'node:util';

/** Width on a screen: colours take none. */
export function visibleWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Rows with their cells under each other, two blanks between. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => visibleWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visibleWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Cut to the screen's width, without colours where it has to be cut. */
export function fit(line: string, width: number): string {
  return visibleWidth(line) <= width ? line : `${stripVTControlCharacters(line).slice(0, width - 1)}…`;
}
