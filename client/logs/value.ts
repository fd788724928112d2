/** What an authorization begins with. */
const SCHEME = /(?:bearer|basic|digest|token)\s+/iy;
/** The name of what comes next: `age=`, `"age":`. */
const NEXT_NAME = /\s\\*["']?[\w.-]{1,80}\\*["']?\s{0,9}[:=]/y;
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

/** Where a value without quotes ends: at the first blank, or where the next name begins. */
export type Reach = 'word' | 'phrase';

/**
 * Where the value that begins at `from` ends: a quoted text, also one whose quotes are escaped (JSON within JSON), a list or
 * an object whole, or bare words. One that is not closed goes to the end.
 */
export function endOfValue(text: string, from: number, reach: Reach): number {
  return endOfQuoted(text, from) ?? endOfBare(text, from + schemeAt(text, from), reach);
}

/** `null` where no quoted text begins. */
function endOfQuoted(text: string, from: number): number | null {
  const escapes = backslashesAt(text, from);
  const quote = text[from + escapes];
  if (quote !== '"' && quote !== "'") return null;
  for (let at = from + escapes + 1; at < text.length; at++) {
    const run = backslashesAt(text, at);
    at += run;
    // A quote within is escaped once more than the one that closes.
    if (text[at] === quote && run % (2 * (escapes + 1)) === escapes) return at + 1;
  }
  return text.length;
}

function endOfBare(text: string, from: number, reach: Reach): number {
  let at = from;
  for (let char = text[at]; char !== undefined && !',;}])\n'.includes(char); char = text[at]) {
    if (/\s/.test(char) && (reach === 'word' || startsHere(NEXT_NAME, text, at))) break;
    at = char in CLOSING ? endOfList(text, at) : at + 1;
  }
  return at;
}

/** Behind the bracket that closes the one at `from`. */
function endOfList(text: string, from: number): number {
  const open: string[] = [];
  let at = from;
  do {
    const char = text[at] ?? '';
    const quoted = endOfQuoted(text, at);
    if (char in CLOSING) open.push(CLOSING[char] ?? '');
    else if (char === open.at(-1)) open.pop();
    at = quoted ?? at + Math.max(1, backslashesAt(text, at));
  } while (open.length > 0 && at < text.length);
  return at;
}

function schemeAt(text: string, from: number): number {
  SCHEME.lastIndex = from;
  return SCHEME.exec(text)?.[0].length ?? 0;
}

function startsHere(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function backslashesAt(text: string, from: number): number {
  let at = from;
  while (text[at] === '\\') at++;
  return at - from;
}
