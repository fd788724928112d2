/** A value that DuckDB read, as MLflow takes it in JSON: dates as ISO 8601, bytes in base64, whole numbers as numbers. */
export function jsonValue(value: unknown): unknown {
  // A number of more than 53 bits would come out as another one; as text it stays itself.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  // JSON has no NaN; MLflow reads null as NaN again.
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, jsonValue(field)]));
}
