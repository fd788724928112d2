import { hash } from 'node:crypto';
import type { CaptureSettings } from '../../domain/serving-contract.ts';

/** Longer names would not fit into an index of the database. */
const MOST = 200;

/**
 * How a user is kept with their predictions: as their header names them, or as a digest of that.
 *
 * A cookie's value may open its user's session to whoever reads the log; `slipway.forget_user` finds both.
 */
export function storedUser(user: string | null, { userCookie }: Pick<CaptureSettings, 'userCookie'>): string | null {
  if (user === null) return null;
  return userCookie !== undefined || user.length > MOST ? `sha256:${hash('sha256', user, 'hex')}` : user;
}
