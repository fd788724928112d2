import type { Profile } from '../../../domain/profile.ts';
import { valueOf, isRecord, type Fields } from './field-values.ts';

/**
 * The features of a profile in one row of a request, by name or, in a list as long as the profile has columns, by place.
 *
 * In a row of any other shape all are missing, for a model cannot read it either; `null` of what is no row.
 */
export function inputsOf({ columns, inputs }: Profile, row: unknown): Fields | null {
  const names = Object.keys(inputs);
  if (Array.isArray(row)) {
    const cells: readonly unknown[] = row.length === columns.length ? row : [];
    return new Map(names.map((name) => [name, valueOf(cells[columns.indexOf(name)])]));
  }
  if (isRecord(row)) return new Map(names.map((name) => [name, valueOf(row[name])]));
  const isOnly = columns.length === 1 && row !== undefined;
  return isOnly ? new Map(names.map((name) => [name, valueOf(row)])) : null;
}

/** The one answer that a validation knows; `null` of an answer that has several parts. */
export function outputsOf({ outputs }: Profile, answered: Fields): Fields | null {
  const [name] = Object.keys(outputs);
  const values = [...answered.values()];
  return name !== undefined && values.length === 1 ? new Map([[name, values[0] ?? null]]) : null;
}
