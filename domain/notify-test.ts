import type { Alert } from './alert.ts';
import type { Delivery, Receiver } from './receivers.ts';

/** What starts the workflow `notify`; typed into the Web UI as nothing at all, it tries the worker's own receivers. */
export interface NotifyInput {
  /** Those of the worker's `slipway.yaml` when absent. */
  readonly receivers?: readonly Receiver[] | null;
  readonly target?: string;
  readonly endpoint?: string;
  readonly by?: string;
}

/** What each receiver answered, in order: to the alert, and to its end. */
export interface NotifyResult {
  readonly firing: readonly Delivery[];
  readonly resolved: readonly Delivery[];
}

/** Stands for the place where a test is about none. */
const NOWHERE = 'none';

/** An alert that says that it is none, as a problem of the middle severity: that is what every kind of receiver takes. */
export function testAlert(
  { target = NOWHERE, endpoint = NOWHERE, by = 'unknown' }: NotifyInput,
  { status, run, link, at }: { status: Alert['status']; run: string; link: string | null; at: string },
): Alert {
  return {
    ...{ key: `slipway-test:${run}`, status, severity: 'warning', name: 'SlipwayTest' },
    ...{ target, endpoint, model: null, rolloutId: null, link },
    summary: `a test by ${by} with \`slipway notify test\`: nothing is wrong`,
    action: 'Nothing is to be done; the end of this alert follows at once.',
    startsAt: at,
    endsAt: status === 'resolved' ? at : null,
  };
}
