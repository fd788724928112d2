import { setTimeout as sleepFor } from 'node:timers/promises';

/** How a call is repeated after a failure that may pass. */
export interface RetryPolicy {
  /** Repetitions after the first attempt; 0 turns them off. */
  readonly retries: number;
  /** Wait before the first repetition, milliseconds; doubled for each further one. */
  readonly backoffMs: number;
  /** Longest wait, milliseconds; a longer `Retry-After` is not waited for, the call fails at once and carries it. */
  readonly maxBackoffMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 5, backoffMs: 200, maxBackoffMs: 30_000 };

// The set that MLflow's own Python client repeats (utils/request_utils.py, _TRANSIENT_FAILURE_RESPONSE_CODES).
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUS.has(status);
}

/** Wait before repetition number `retry` (from 1), milliseconds: between half and all of the doubled backoff. */
export function backoffMs(policy: RetryPolicy, retry: number, random: () => number = Math.random): number {
  const full = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (retry - 1));
  return full * (0.5 + random() / 2);
}

/** The `Retry-After` header as milliseconds from `now`; it is either seconds or an HTTP date. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Waits; rejects with the signal's own reason as soon as it aborts. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
