import type { LogLine } from './line.ts';

const MASK = '…';
const VALUE = String.raw`("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;}\])]+)`;
const SECRET_NAME = /password|passwd|secret|token|api[-_]?key|authorization|credential/i;
/** A name that holds one of the words above, and what is behind its colon or equals sign. */
const SECRET = new RegExp(
  String.raw`([\w-]*(?:${SECRET_NAME.source})[\w-]*["']?\s*[:=]\s*)(?!Bearer|Basic)${VALUE}`,
  'gi',
);
const SCHEME = /\b(Bearer|Basic)\s+[^\s"',]+/g;
const IN_URL = /(\w+:\/\/[^\s:/@]+:)[^\s@/]+@/g;
/** Shorter ones occur as words. */
const SHORTEST_SECRET = 8;

/**
 * Takes secrets out of a line, and the values of fields that are blanked in the prediction log: a model server's traceback
 * may show what it was asked.
 *
 * @param known secrets by value, taken out wherever they stand
 */
export function createMask(redacted: readonly string[], known: readonly string[]): (line: LogLine) => LogLine {
  const names = new Set(redacted);
  const fields = redacted.map(
    (name) => new RegExp(String.raw`(["']?\b${escaped(name)}\b["']?\s*[:=]\s*)${VALUE}`, 'g'),
  );
  const secrets = known.filter(({ length }) => length >= SHORTEST_SECRET);
  const clean = (text: string): string => {
    const byValue = secrets.reduce((left, secret) => left.replaceAll(secret, MASK), text);
    const byForm = byValue.replace(IN_URL, `$1${MASK}@`).replace(SCHEME, `$1 ${MASK}`).replace(SECRET, `$1${MASK}`);
    return fields.reduce((left, pattern) => left.replace(pattern, `$1${MASK}`), byForm);
  };
  const cleanValue = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(cleanValue);
    return typeof value === 'object' && value !== null ? cleanFields(value) : value;
  };
  const cleanFields = (value: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        name,
        names.has(name) || SECRET_NAME.test(name) ? MASK : cleanValue(field),
      ]),
    );
  return (line) => ({ ...line, text: clean(line.text), fields: cleanFields(line.fields) });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
