import type { Observation } from '../../../serving/capture/observation.ts';

const NO_BODY = { text: null, isSkipped: false };

let count = 0;

/** An observation of a prediction that stable answered well; each with a request id of its own. */
export function observed(change: Partial<Observation> = {}): Observation {
  count += 1;
  const arm = change.arm ?? (change.role === 'shadow' ? 'v2' : 'v1');
  return {
    role: 'live',
    endpoint: 'digits',
    requestId: `request-${count}`,
    path: '/invocations',
    fence: { epoch: 1, sequence: 1 },
    arm,
    version: arm,
    user: null,
    unit: null,
    startedAt: 1_700_000_000_000,
    latencyMs: 5,
    status: 200,
    attempts: 1,
    isTimeout: false,
    isBroken: false,
    isAbandoned: false,
    request: NO_BODY,
    response: NO_BODY,
    generation: { firstTokenMs: null, usage: null },
    ...change,
  };
}
