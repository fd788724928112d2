import type { LogLine } from './line.ts';
import { endOfValue, type Reach } from './value.ts';

const MASK = '…';
const SECRET_NAME =
  /password|passwd|passphrase|\bpwd|secret|token|(?:api|private|access|routing|signing)[-_]?key|authorization|credential/i;
/** What stands between a name, however it is quoted, and its value. */
const IS = String.raw`\\*["']?\s{0,9}[:=][=>]?\s{0,9}`;
/** A name that holds one of the words above, up to its value. */
const SECRET = new RegExp(String.raw`(?:${SECRET_NAME.source})[\w-]{0,40}${IS}`, 'gi');
/** Forms of secrets that need no name; what is left of them is in the first group. */
const FORMS: readonly RegExp[] = [
  /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*/gs,
  /(\w{1,20}:\/\/[^\s:/@]*:)(?:[^\s/"']+|[^\s@/]+)(?=@)/g,
  /(\bhttps?:\/\/(?:hooks\.slack\.com|discord(?:app)?\.com\/api\/webhooks|[\w-]{1,60}\.webhook\.office\.com)\/)[^\s"']+/g,
  /(\b(?:[Bb]earer|BEARER|Basic)\s+)[^\s"',\\]+/g,
];
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
  const alternatives = redacted.map((name) => RegExp.escape(name)).join('|');
  const field = new RegExp(String.raw`(?<!\w)(?:${alternatives})${IS}`, 'g');
  /** Of a table's column or a tensor the values stand apart from the name. */
  const mention = new RegExp(String.raw`["'](?:${alternatives})\\*["'](?!\s{0,9}:)`);
  const data = new RegExp(String.raw`\bdata${IS}`, 'g');
  const secrets = known.filter(({ length }) => length >= SHORTEST_SECRET);
  const clean = (text: string): string => {
    const byValue = secrets.reduce((left, secret) => left.replaceAll(secret, MASK), text);
    const byForm = FORMS.reduce((left, form) => left.replace(form, `$1${MASK}`), byValue);
    const bare = hide(byForm, SECRET, 'word');
    if (names.size === 0) return bare;
    return hide(mention.test(bare) ? hide(bare, data, 'phrase') : bare, field, 'phrase');
  };
  const cleanValue = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(cleanValue);
    return typeof value === 'object' && value !== null ? cleanFields(value) : value;
  };
  const cleanFields = (value: object): Record<string, unknown> => {
    const isNamed = Object.values(value)
      .flat()
      .some((part) => names.has(part as string));
    const isHidden = (name: string) => names.has(name) || SECRET_NAME.test(name) || (isNamed && name === 'data');
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, isHidden(name) ? MASK : cleanValue(part)]),
    );
  };
  return (line) => ({ ...line, text: clean(line.text), fields: cleanFields(line.fields) });
}

/** Puts the mask for each value that follows `before`. */
function hide(text: string, before: RegExp, reach: Reach): string {
  let shown = '';
  let from = 0;
  before.lastIndex = 0;
  while (before.exec(text)) {
    const start = before.lastIndex;
    const end = endOfValue(text, start, reach);
    if (end === start) continue;
    shown += text.slice(from, start) + MASK;
    from = before.lastIndex = end;
  }
  return shown + text.slice(from);
}
