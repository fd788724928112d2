import { parseDuration } from '../domain/duration.ts';
import type { Path } from './fault.ts';

/**
 * Values of an input whose form may be wrong elsewhere: anything of another form than asked for reads as absent, so
 * that the rules between values can run and report beside the faults of form.
 */
export interface Reader {
  value(...path: Path): unknown;
  number(...path: Path): number | null;
  text(...path: Path): string | null;
  /** Milliseconds. */
  duration(...path: Path): number | null;
  list(...path: Path): readonly unknown[];
}

export function reader(root: unknown): Reader {
  const value = (...path: Path): unknown =>
    path.reduce<unknown>((at, key) => (isIndexable(at) && Object.hasOwn(at, key) ? at[key] : undefined), root);
  const number = (...path: Path) => ofType(value(...path), 'number');
  const text = (...path: Path) => ofType(value(...path), 'string');
  const list = (...path: Path) => {
    const found = value(...path);
    return Array.isArray(found) ? (found as unknown[]) : [];
  };
  const duration = (...path: Path) => {
    const written = text(...path);
    try {
      return written === null ? null : parseDuration(written);
    } catch {
      return null;
    }
  };
  return { value, number, text, duration, list };
}

function ofType(value: unknown, type: 'number'): number | null;
function ofType(value: unknown, type: 'string'): string | null;
function ofType(value: unknown, type: 'number' | 'string'): unknown {
  return typeof value === type ? value : null;
}

function isIndexable(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
