import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { readIfThere, writeFileAtomic } from './files.ts';

const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** The API's bearer token: made once, kept over restarts, so that workers need not be told again. */
export async function loadToken(file: string): Promise<string> {
  const known = (await readIfThere(file))?.trim();
  if (known !== undefined && TOKEN_PATTERN.test(known)) {
    await chmod(file, 0o600);
    return known;
  }
  const token = randomBytes(32).toString('base64url');
  await writeFileAtomic(file, `${token}\n`, 0o600);
  return token;
}
