import { paint } from '../terminal.ts';
import type { Level } from '../logs/text-line.ts';
import type { LogLine } from '../logs/line.ts';

const PAINT: Readonly<Record<Level, (text: string) => string>> = {
  debug: paint.dim,
  info: (text) => text,
  warn: paint.warn,
  error: paint.bad,
};

/** Said by the line's own beginning. */
const SHOWN: ReadonlySet<string> = new Set(['endpoint', 'key']);

/** One line, as it is read: when, how bad, who, what; then what a structured line says besides. */
export function renderLogLine({ time, level, part, endpoint, version, text, fields }: LogLine): string {
  const who = [part, endpoint, version].filter((each) => each !== null).join('/');
  const more = Object.entries(fields)
    .filter(([name, value]) => !SHOWN.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = `${time} ${PAINT[level](level.toUpperCase().padEnd(5))} ${paint.bold(who)}`;
  return [head, text, ...more.map(paint.dim)].join(' ');
}
