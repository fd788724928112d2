import { hash, timingSafeEqual } from 'node:crypto';
import { Refused } from '../refusal.ts';

/** Refuses a request whose `Authorization` header does not carry the token; takes equally long for any wrong one. */
export function checkToken(authorization: string | undefined, token: string): void {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  // Hashes have one length, whatever was given.
  if (timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'))) return;
  throw new Refused(
    'unauthorized',
    "send the token from the file `token` in the host's folder as Authorization: Bearer …",
  );
}
