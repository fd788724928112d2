import type { LatencySketch } from '../../domain/gate-batch.ts';

/** What an endpoint's live traffic is taken to be, and how the version that serves it answers. */
export interface Traffic {
  /** Whether a person vouches for it; what was seen for a few minutes may be otherwise at another hour. */
  readonly basis: 'given' | 'measured';
  readonly requestsPerSecond: number;
  /** Shares of all answers. */
  readonly errors: number;
  readonly rejected: number;
  /** How long answers take; `null` where that is not known. */
  readonly latency: LatencySketch | null;
  /** Labels for each prediction, and the share of labelled predictions that were wrong; `null` where that is not known. */
  readonly labelled: number | null;
  readonly wrong: number | null;
}

/** Live requests a second, and nothing else that is known: nothing fails. */
export function givenTraffic(requestsPerSecond: number): Traffic {
  const nothing = { errors: 0, rejected: 0, latency: null, labelled: null, wrong: null };
  return { basis: 'given', requestsPerSecond, ...nothing };
}

/** `20 requests/s`, or by the minute where there are few. */
export function describeRate({ requestsPerSecond }: Pick<Traffic, 'requestsPerSecond'>): string {
  const [count, unit] = requestsPerSecond >= 1 ? [requestsPerSecond, 's'] : [requestsPerSecond * 60, 'min'];
  return `${Number(count.toPrecision(2))} requests/${unit}`;
}
