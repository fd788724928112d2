import { Refused } from './refusal.ts';

/** No space, no quota, or a limit on the size of files. */
const CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether an error, or what caused it, is that nothing more can be written. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && CODES.has(error.code)) || isDiskFull(error.cause);
}

/** What people read; `what` says what could not be done. */
export function diskFull(what: string, folder: string): Refused {
  return new Refused('unavailable', `the serving host's disk is full, so ${what}: free space for ${folder}`);
}
