import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export function hash(...parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex');
}

/** What a finished part left behind, or undefined when it is absent or unreadable. */
export function readStamp(file) {
  return readJson(file);
}

/** Written last and in one go, so that a stamp means: everything before it was done. */
export function writeStamp(file, stamp) {
  writeFileSync(`${file}.new`, `${JSON.stringify(stamp)}\n`);
  renameSync(`${file}.new`, file);
}

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
