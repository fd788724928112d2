/** Keys and positions that lead to a value. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with an input, for the person who wrote it. */
export interface Fault {
  /** `canary.steps[2]`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1; `null` where the input was not text. */
  readonly line: number | null;
  readonly column: number | null;
  /** What is wrong and what is right, without the path. */
  readonly message: string;
  /** The values or keys that would be accepted, where they can be listed. */
  readonly allowed?: readonly string[];
}

/** A fault before its place in the text is known. */
export interface FoundFault {
  readonly path: Path;
  readonly message: string;
  readonly allowed?: readonly string[];
}

/** `canary.steps[2]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** All faults, one a line, under a heading that names the file. */
export function formatFaults(fileName: string, faults: readonly Fault[]): string {
  const rows = faults.map(
    (fault) => [fault.line === null ? '' : `line ${fault.line}`, fault.path, fault.message] as const,
  );
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    ['', ...row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).filter((cell) => cell !== '')]
      .join('  ')
      .trimEnd(),
  );
  return [`${fileName} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`, ...lines].join('\n');
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
