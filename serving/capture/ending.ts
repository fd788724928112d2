import type { Observation } from './observation.ts';

/** How a prediction counts for the arm it was assigned to. */
export type Ending = 'ok' | 'rejected' | 'error' | 'timeout' | 'abandoned' | 'uncounted';

/**
 * By assigned arm, whoever answered: a request that another version had to rescue, or that needed a second try, is an
 * error of its arm although its user saw none.
 */
export function endingOf(observation: Observation): Ending {
  const { status, version, arm, attempts, isTimeout, isBroken, isAbandoned } = observation;
  if (isTimeout) return 'timeout';
  // The client's own impatience is no fault of the version, but the request counts, with the time it did wait.
  if (isAbandoned) return 'abandoned';
  if (status >= 500 || status === 0 || isBroken || attempts > 1) return 'error';
  if (version !== null && version !== arm) return 'error';
  if (status < 400) return 'ok';
  // Without a version it was refused by the gateway, and says nothing about any arm.
  return version === null ? 'uncounted' : 'rejected';
}

export function isSuccess(observation: Observation): boolean {
  return observation.status >= 200 && observation.status < 300 && endingOf(observation) === 'ok';
}
