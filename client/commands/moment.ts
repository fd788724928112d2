import { InvalidArgumentError } from 'commander';
import { DURATION_PATTERN, parseDuration } from '../../domain/duration.ts';

/** Reads `2026-11-24T08:31:00Z`, or how long ago: `2h`; gives ISO 8601. */
export function parseMoment(text: string): string {
  if (new RegExp(DURATION_PATTERN).test(text)) return new Date(Date.now() - parseDuration(text)).toISOString();
  // A day alone would be midnight of Greenwich, which few who write one mean.
  const time = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('It must be a day and a time, 2026-11-24T08:31:00Z, or how long ago, 2h.');
  return new Date(time).toISOString();
}
