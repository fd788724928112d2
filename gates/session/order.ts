import type { LineFault } from './check.ts';
import type { SessionLine } from './read-line.ts';

/** Where a conversation stands, as far as the order of its lines goes. */
export interface Order {
  /** Batches that may come at most; `null` before a start. */
  readonly maxBatches: number | null;
  /** Times of the calibration windows. */
  readonly windows: readonly number[];
  readonly batches: number;
  /** Time of the last batch; `null` before the first. */
  readonly last: number | null;
}

export const BEFORE_START: Order = { maxBatches: null, windows: [], batches: 0, last: null };

/**
 * What keeps a line from coming now; a start may come at any time.
 *
 * Batches must come in the order of their times, since a test that looks after each of them depends on it. Gaps are no
 * fault: an interval without a request has nothing to say.
 */
export function orderFaults(order: Order, line: SessionLine): readonly LineFault[] {
  if (line.type === 'start') return [];
  const { maxBatches, windows, batches, last } = order;
  if (maxBatches === null) return [{ path: '', message: 'comes before a start line, which says what to judge by' }];
  if (line.type === 'calibration') {
    if (last !== null)
      return [{ path: 'type', message: 'is calibration after the first batch: calibration must come before it' }];
    return windows.includes(line.t)
      ? [{ path: 't', message: `is ${line.t} once more: a window calibrates only once` }]
      : [];
  }
  const faults: LineFault[] = [];
  if (last !== null && line.t <= last)
    faults.push({
      path: 't',
      message: `is ${line.t}, not above the ${last} of the batch before: batches come once each, in order`,
    });
  if (batches >= maxBatches)
    faults.push({ path: '', message: `is one batch more than the ${maxBatches} of config.max_batches` });
  return faults;
}

/** The order after a line that was taken. */
export function follow(order: Order, line: SessionLine): Order {
  switch (line.type) {
    case 'start':
      return { ...BEFORE_START, maxBatches: line.config.max_batches };
    case 'calibration':
      return { ...order, windows: [...order.windows, line.t] };
    case 'batch':
      return { ...order, batches: order.batches + 1, last: line.t };
  }
}
