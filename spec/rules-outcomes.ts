import { formatDuration } from '../domain/duration.ts';
import type { FoundFault, Path } from './fault.ts';
import type { Reader } from './reader.ts';

const SQL: Path = ['outcomes', 'sql'];

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/** More often would be a load on somebody else's database; a pull of more than half an hour counts as one that hangs. */
const BOUNDS: Readonly<Record<string, readonly [leastMs: number, mostMs: number]>> = {
  every: [10 * SECOND_MS, 24 * HOUR_MS],
  overlap: [0, 30 * 24 * HOUR_MS],
  timeout: [SECOND_MS, HOUR_MS / 4],
};

export function outcomesFaults(spec: Reader): FoundFault[] {
  const query = spec.text(...SQL, 'query');
  const faults = Object.entries(BOUNDS).flatMap(([key, [least, most]]) => {
    const ms = spec.duration(...SQL, key);
    if (ms === null || (ms >= least && ms <= most)) return [];
    const from = least === 0 ? 'at most' : `from ${formatDuration(least)} to`;
    return [{ path: [...SQL, key], message: `must be ${from} ${formatDuration(most)}, is ${formatDuration(ms)}` }];
  });
  if (query === null || /\$1(?!\d)/.test(query)) return faults;
  const message = 'must contain $1, the moment from which on it is to look, such as "where booked_at >= $1"';
  return [...faults, { path: [...SQL, 'query'], message }];
}
