import type { Outcome } from '../../../domain/outcome.ts';
import type { Reason } from '../../../domain/reasons.ts';
import type { RolloutSpec } from '../../../domain/rollout-spec.ts';
import type { Decision } from '../../../domain/verdict.ts';

/** A way that a rollout goes, written so that it goes the same way every time. */
export interface Path {
  readonly name: string;
  readonly workflow: 'rollout' | 'rollback';
  readonly spec: Partial<RolloutSpec>;
  /** What a gate says at its nth activity, counted from 1; `watch` never ends by itself. */
  readonly says: (gate: string, nth: number) => Decision | 'watch';
  /** Sent once, when a gate is looked at for the nth time. */
  readonly message?: { readonly signal: 'abort' | 'supersede'; readonly gate: string; readonly nth: number };
  /** How it ends; more than one where a message may come before or after the last step. */
  readonly ends: readonly { readonly outcome: Outcome; readonly reason: Reason }[];
  /** Which activities are struck; all where it is absent. */
  readonly struck?: (place: string) => boolean;
}

const STEPS = [10, 50];
const WHOLE: Partial<RolloutSpec> = {
  validate: { data: { source: 'data.csv', label: 'label' } },
  canary: { steps: STEPS },
  soak: { duration: '15ms', window: '5ms' },
};
/** Beyond the window at which a soak continues as new, in a run of its own. */
const WINDOWS = 100;
const LONG_SOAK: Partial<RolloutSpec> = {
  shadow: false,
  canary: { steps: [] },
  soak: { duration: '1h', window: '5ms' },
};
/** The windows around continue-as-new, and the last one. */
const LATE_WINDOWS = new RegExp(`^watchGate soak #(96|97|${WINDOWS})$`);
/** What the state that was carried over is needed for, and what a late attempt would undo. */
const CARRIED = /restoreTraffic|moveAlias|settled|publish/;
/** What is not the same as on the way forward, and what a late attempt would undo. */
const WAY_BACK = /buildVersion|canary-50|restoreTraffic|moveAlias to 1|record|retire|publish/;

const passes = () => 'pass' as const;

export const PATHS: readonly Path[] = [
  {
    name: 'forward',
    workflow: 'rollout',
    spec: WHOLE,
    says: passes,
    ends: [{ outcome: 'promoted', reason: 'Promoted' }],
    // How many windows fit into 15 ms differs from run to run.
    struck: (place) => !/^watchGate soak #([2-9]|\d\d+)$/.test(place),
  },
  {
    name: 'failing gate',
    workflow: 'rollout',
    spec: WHOLE,
    says: (gate) => (gate === 'canary-50' ? 'fail' : 'pass'),
    ends: [{ outcome: 'rolled_back', reason: 'GateFailed' }],
    struck: (place) => WAY_BACK.test(place),
  },
  {
    name: 'abort',
    workflow: 'rollout',
    spec: WHOLE,
    says: (gate) => (gate === 'canary-50' ? 'watch' : 'pass'),
    message: { signal: 'abort', gate: 'canary-50', nth: 1 },
    ends: [{ outcome: 'aborted', reason: 'AbortedByHand' }],
    struck: (place) => WAY_BACK.test(place),
  },
  {
    name: 'soak over continue-as-new, then rolled back',
    workflow: 'rollout',
    spec: LONG_SOAK,
    says: (gate, nth) => (gate === 'soak' && nth >= WINDOWS ? 'fail' : 'pass'),
    ends: [{ outcome: 'rolled_back', reason: 'GateFailed' }],
    struck: (place) => LATE_WINDOWS.test(place) || CARRIED.test(place),
  },
  {
    name: 'soak over continue-as-new, then promoted',
    workflow: 'rollout',
    spec: LONG_SOAK,
    says: (gate, nth) => (gate === 'soak' && nth >= WINDOWS ? 'watch' : 'pass'),
    message: { signal: 'supersede', gate: 'soak', nth: WINDOWS },
    ends: [{ outcome: 'promoted', reason: 'Promoted' }],
    struck: (place) => LATE_WINDOWS.test(place) || place.startsWith('shiftTraffic settled'),
  },
  {
    name: 'rollback by hand',
    workflow: 'rollback',
    spec: {},
    says: passes,
    ends: [{ outcome: 'rolled_back', reason: 'RolledBackByHand' }],
  },
];

/** The forward path on which a person aborts while no worker is up; what has been settled stays promoted. */
export const ABORTED_BLIND: Path = {
  ...(PATHS[0] as Path),
  name: 'abort while no worker is up',
  ends: [
    { outcome: 'aborted', reason: 'AbortedByHand' },
    { outcome: 'promoted', reason: 'Promoted' },
  ],
};
