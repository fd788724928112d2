export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** At the beginning, as PostgreSQL, MLflow, Envoy (in brackets) and uvicorn write it. */
const CLOCK = /^\[?(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,3})\d*)?\s?(Z|UTC|[+-]\d\d:?\d\d)?/;

const WORDS = /\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)\b/;
const BRACKETS = /\]\[(trace|debug|info|warning|error|critical)\]/;
const LEVEL_OF: Readonly<Record<string, Level>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  WARNING: 'warn',
};

/** Where a level stands if there is one; further behind it is somebody's text. */
const HEAD = 100;

/** The time a line of text begins with, as ISO 8601; without a zone it is this machine's. */
export function clockOf(text: string): string | null {
  const found = CLOCK.exec(text);
  if (!found) return null;
  const [, year, month, day, clock, fraction = '0', zone = ''] = found;
  const offset = zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${year}-${month}-${day}T${clock}.${fraction}${offset}`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** How bad a line is; what goes on with a traceback is as bad as its beginning. */
export function levelOf(text: string, before: Level): Level {
  const head = text.slice(0, HEAD);
  const word = (WORDS.exec(head) ?? BRACKETS.exec(head))?.[1];
  if (word !== undefined) return LEVEL_OF[word.toUpperCase()] ?? 'error';
  if (/^Traceback \(most recent call last\)/.test(text)) return 'error';
  return /^\s|^[\w.]*(Error|Exception)\b/.test(text) ? before : 'info';
}
