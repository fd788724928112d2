import type { ArmCounts, GateBatchBody } from '../../../domain/gate-batch.ts';

/** Which batch a metric source is asked for. */
export type Interval = Pick<GateBatchBody, 'endpoint' | 'fence' | 'index' | 'opened' | 'sealed'>;

/** What a metrics system counted for one arm: whole requests, as far as it knows them. */
export interface Counts {
  readonly n: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly rejected: number;
}

/** Metrics systems know neither pairs nor labels nor users. */
export function batchOf(interval: Interval, arms: readonly ArmCounts[], lost: number): GateBatchBody {
  const { endpoint, fence, index, opened, sealed } = interval;
  return { endpoint, fence, index, opened, sealed, arms, pairs: [], labels: [], lost };
}

/**
 * Counters that are read one after the other may disagree by a request: no arm has more errors than requests, nor more
 * timeouts than errors.
 */
export function consistent({ n, errors, timeouts, rejected }: Counts): Counts {
  const whole = (count: number, most: number): number => Math.min(Math.max(Math.round(count), 0), most);
  const requests = whole(n, Infinity);
  const failed = whole(errors, requests);
  const refused = whole(rejected, requests - failed);
  return { n: requests, errors: failed, timeouts: whole(timeouts, failed), rejected: refused };
}
