import type { Value } from '../../../domain/bins.ts';

export type Fields = ReadonlyMap<string, Value | null>;

export function valueOf(value: unknown): Value | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
