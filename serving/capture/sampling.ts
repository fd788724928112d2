import { fraction } from '../../domain/fraction.ts';

/** Whether bodies of this request are kept: a fixed choice per request id, so that both halves of a pair are. */
export function isSampled(requestId: string, share: number): boolean {
  return share >= 1 || fraction(requestId) < share;
}
