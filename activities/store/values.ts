/** An int8, which node-postgres reads as text, as a number; throws where a number would not be exact. */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the integers that a number holds exactly`);
  return value;
}

/**
 * The value as JSON would bring it back, with every character that PostgreSQL cannot store replaced by U+FFFD.
 *
 * NUL and half surrogate pairs come in with messages of foreign programs; a row must neither fail for them nor hash
 * differently from what is read back.
 */
export function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null), (_key, field: unknown) => {
    if (typeof field === 'string') return storableText(field);
    if (field === null || typeof field !== 'object' || Array.isArray(field)) return field;
    return Object.fromEntries(Object.entries(field).map(([key, inner]) => [storableText(key), inner]));
  }) as T;
}

function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
