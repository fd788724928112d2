/** Zero characters and halves of surrogate pairs: legal in JSON, refused by PostgreSQL's jsonb. */
const UNSTORABLE = /(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** A value as JSON that PostgreSQL can hold; what it cannot becomes U+FFFD. `null` for values JSON does not have. */
export function jsonbText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value).replace(UNSTORABLE, (match, backslash: string | undefined) =>
    backslash === undefined ? '\ufffd' : match,
  );
}
