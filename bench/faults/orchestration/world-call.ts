import type { Fence } from '../../../domain/fence.ts';
import type { LedgerEntry } from '../../../domain/ledger-entry.ts';
import type { Route } from '../../../domain/route.ts';

/** The parts that an activity reaches the world through. */
export type Port = 'serving target' | 'registry' | 'ledger' | 'evidence';

/** What activities ask of the world; one port each. */
export type Request =
  | { readonly op: 'resolve' }
  | { readonly op: 'moveAlias'; readonly version: string | null; readonly fence: Fence | null }
  | { readonly op: 'publish'; readonly outcome: string }
  | { readonly op: 'read' }
  | { readonly op: 'deploy'; readonly key: string; readonly fence: Fence }
  | { readonly op: 'retire'; readonly key: string }
  | { readonly op: 'predict' }
  | { readonly op: 'setRoute'; readonly fence: Fence; readonly route: Route; readonly label: string }
  | { readonly op: 'readTraffic' }
  | { readonly op: 'takeEpoch'; readonly rolloutKey: string }
  | { readonly op: 'append'; readonly entries: readonly LedgerEntry[] }
  | { readonly op: 'look'; readonly gate: string }
  | { readonly op: 'notify'; readonly event: string };

export const PORT_OF: Readonly<Record<Request['op'], Port>> = {
  resolve: 'registry',
  moveAlias: 'registry',
  publish: 'registry',
  read: 'serving target',
  deploy: 'serving target',
  retire: 'serving target',
  predict: 'serving target',
  setRoute: 'serving target',
  readTraffic: 'serving target',
  takeEpoch: 'ledger',
  append: 'ledger',
  look: 'evidence',
  notify: 'registry',
};

/** A request with who makes it: the activity's identity within Temporal, the same for each of its attempts. */
export interface WorldCall {
  readonly endpoint: string;
  readonly caller: {
    readonly runId: string;
    readonly activityId: string;
    readonly activity: string;
    readonly step: string;
  };
  readonly request: Request;
}

/** How a call is answered, broken connections and nonsense included. */
export type Answer =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'failure';
      readonly type: 'StaleFence' | 'NotReady';
      readonly message: string;
      readonly details?: unknown;
    }
  | { readonly kind: 'hang up' }
  | { readonly kind: 'garbage' };
