import type { BatchLine, CalibrationLine, StartLine } from './protocol.ts';
import { Checker, type LineFault } from './check.ts';
import { readBatch, readCalibration } from './read-counts.ts';
import { readConfig } from './read-config.ts';

/** A line as it was meant; a batch carries no type on the wire, but may say `batch`. */
export type SessionLine = StartLine | CalibrationLine | ({ readonly type: 'batch' } & BatchLine);

/** What became of a text: a line in which only fields of the protocol are left, or all its faults. */
export interface Reading {
  /** `null` where the text is no line of any kind. With faults, only its type and time mean anything. */
  readonly line: SessionLine | null;
  readonly faults: readonly LineFault[];
}

/**
 * Reads one line of the protocol, whatever it is: never throws, and names every fault by its path.
 *
 * @example
 * readLine('{"t":1,"weight":2}').faults[0]; // { path: 'weight', message: 'must be a share from 0 to 1, not 2' }
 */
export function readLine(text: string): Reading {
  const check = new Checker();
  const value = parse(text, check);
  if (value === undefined) return { line: null, faults: check.faults };
  const line = readValue(value, check);
  return { line, faults: check.faults };
}

function parse(text: string, check: Checker): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be parsed';
    check.fault('', `cannot be read: ${why} (JSON has no NaN or Infinity: leave such a value out)`);
    return undefined;
  }
}

function readValue(value: unknown, check: Checker): SessionLine | null {
  const fields = check.object(value, '');
  if (fields === null) return null;
  switch (fields['type']) {
    case 'start': {
      const config = readConfig(fields['config'], 'config', check);
      return config && { type: 'start', config };
    }
    case 'calibration':
      return readCalibration(fields, check);
    case 'batch':
    case undefined:
      return { type: 'batch', ...readBatch(fields, check) };
    default:
      check.fault('type', `must be start or calibration, or absent for a batch, not ${JSON.stringify(fields['type'])}`);
      return null;
  }
}
