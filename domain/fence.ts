/**
 * The right to change an endpoint's route, ordered by epoch, then sequence.
 *
 * PostgreSQL hands out one epoch per rollout; the workflow counts the sequence up before every change. A target refuses
 * anything lower than what it holds, so a late attempt of a superseded activity or rollout cannot move traffic.
 */
export interface Fence {
  readonly epoch: number;
  readonly sequence: number;
}

/** Before any rollout has touched an endpoint. */
export const NO_FENCE: Fence = { epoch: 0, sequence: 0 };

/** Negative when `a` is older than `b`, zero when equal, positive when newer. */
export function compareFences(a: Fence, b: Fence): number {
  return a.epoch - b.epoch || a.sequence - b.sequence;
}

/** Whichever is newer. */
export function newerFence(a: Fence, b: Fence): Fence {
  return compareFences(a, b) < 0 ? b : a;
}

/** `epoch.sequence`, as routes, logs and gate batches name it. */
export function formatFence({ epoch, sequence }: Fence): string {
  return `${epoch}.${sequence}`;
}

/** The inverse of {@link formatFence}; `null` for anything else. */
export function parseFence(text: string): Fence | null {
  const match = /^(\d+)\.(\d+)$/.exec(text);
  return match ? { epoch: Number(match[1]), sequence: Number(match[2]) } : null;
}
