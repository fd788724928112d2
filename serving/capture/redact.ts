/**
 * A copy of a request's body with the named fields blanked: keys at any depth, columns of MLflow's `dataframe_split`, and
 * named tensors of the v2 protocol. Bodies without names (plain arrays) have no fields to blank.
 */
export function redact(body: unknown, fields: readonly string[]): unknown {
  return fields.length === 0 ? body : blank(body, new Set(fields));
}

function blank(value: unknown, fields: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((part) => blank(part, fields));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  const { columns, data, name } = record;
  const isTable = Array.isArray(columns) && Array.isArray(data);
  const isTensor = typeof name === 'string' && fields.has(name);
  const entries = Object.entries(record).map(([key, field]): [string, unknown] => {
    if (fields.has(key) || (isTensor && key === 'data')) return [key, null];
    if (isTable && key === 'data') return [key, data.map((row: unknown) => blankColumns(row, columns, fields))];
    return [key, blank(field, fields)];
  });
  return Object.fromEntries(entries);
}

function blankColumns(row: unknown, columns: readonly unknown[], fields: ReadonlySet<string>): unknown {
  if (!Array.isArray(row)) return row;
  return row.map((cell: unknown, index) => (fields.has(String(columns[index])) ? null : blank(cell, fields)));
}
