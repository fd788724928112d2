import { ApplicationFailure } from '@temporalio/common';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { RetrainSpec } from '../../domain/retrain.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import type { RolloutStatus } from '../../domain/rollout-state.ts';
import type { Decision } from '../../domain/verdict.ts';
import { failure } from '../../activities/failures.ts';
import { retrainedSpec, untilRetrain } from '../support/retrainings.ts';
import type { Finding, MonitorSpec } from '../../domain/monitor.ts';
import { wholeRoute } from '../../domain/route.ts';
import {
  ackSignal,
  askedSignal,
  approveUpdate,
  monitorStatusQuery,
  promotedSignal,
  promoteUpdate,
  statusQuery,
  stopSignal,
  windowSignal,
} from '../../workflows/messages.ts';
import { pullInput } from '../support/pulls.ts';
import { ERRORS } from '../support/monitors.ts';
import { STEPS, type RolloutHandle } from '../support/rollouts.ts';
import { CANDIDATE, pinned, World } from '../support/world.ts';

/** One way through a rollout, to its end. */
export interface Scenario {
  /** `promoted Promoted`: outcome and reason; or how the run closed: `cancelled`, `continued`, `watched` of a monitor, `read` of outcomes. */
  readonly ends: string;
  readonly spec?: Partial<RolloutSpec>;
  readonly world?: () => World;
  readonly act?: (handle: RolloutHandle, world: World) => Promise<void>;
  /** The workflow that is started, where it is not a rollout. */
  readonly workflow?: 'rollback' | 'retrain' | 'monitor' | 'outcomes';
  /** Whether a rollout has the endpoint already. */
  readonly isBeside?: true;
  /** Of a retraining. */
  readonly retrain?: Partial<RetrainSpec>;
}

const RETRAIN = { workflow: 'retrain', retrain: { cooldown: '1s' } } as const;

/** A rollout with an A/B test behind one canary step. */
const TESTED: Partial<RolloutSpec> = {
  canary: { steps: [10] },
  sticky: { header: 'x-user' },
  ab: { metrics: [{ name: 'paid' }] },
};

/** Every way in which a rollout can end in one history; what continues as new is in `record.test.ts`. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  promoted: { ends: 'promoted Promoted' },
  'promoted-first': { ends: 'promoted Promoted', world: () => new World(null) },
  'promoted-by-test': { ends: 'promoted Promoted', spec: TESTED, world: () => gated('ab', 'pass', 'TestWon') },
  'promoted-by-test-of-arms': {
    ends: 'promoted Promoted',
    spec: {
      ...TESTED,
      ab: {
        percent: 30,
        metrics: [{ name: 'paid' }],
        arms: [
          { version: 3, percent: 20 },
          { version: 4, percent: 10 },
        ],
      },
    },
    world: () => Object.assign(new World(), { harmful: [pinned('4', `sha256:${'4'.repeat(64)}`).key] }),
  },
  'promoted-by-test-and-person': {
    ends: 'promoted Promoted',
    spec: { ...TESTED, ab: { metrics: [{ name: 'paid' }], decide: 'person' } },
    act: (handle) => approve(handle, 'ab'),
  },
  'rolled-back-by-test': { ends: 'rolled_back TestLost', spec: TESTED, world: () => gated('ab', 'fail', 'TestLost') },
  'held-by-test-undecided': {
    ends: 'held NotEnoughEvidence',
    spec: TESTED,
    world: () => gated('ab', 'inconclusive'),
  },
  'climbed-ramp': { ends: 'promoted Promoted', spec: { canary: {} } },
  'promoted-after-pause-and-promote': {
    ends: 'promoted Promoted',
    world: () => gated('canary-5', 'watch'),
    async act(handle) {
      await until(handle, { desiredWeight: 500 });
      await handle.signal('pause');
      await handle.signal('resume');
      await handle.executeUpdate(promoteUpdate, { args: [{ by: 'ada' }] });
    },
  },
  'promoted-after-approvals': {
    ends: 'promoted Promoted',
    spec: { approval: ['canary', 'full'] },
    async act(handle) {
      await approve(handle, 'canary');
      await approve(handle, 'full');
    },
  },
  'promoted-undecided-and-asked': {
    ends: 'promoted Promoted',
    spec: { canary: { steps: STEPS, onInconclusive: 'ask' } },
    world: () => gated('canary-10', 'inconclusive'),
    act: (handle) => approve(handle, 'canary-10-undecided'),
  },
  'promoted-without-cleanup': {
    ends: 'promoted Promoted',
    world: () => broken('retireVersion', () => ApplicationFailure.nonRetryable('it does not stop', 'NotReady')),
  },
  'superseded-in-soak': {
    ends: 'promoted Promoted',
    world: () => gated('soak', 'watch'),
    act: (handle) => signalIn(handle, { phase: 'soak' }, 'supersede'),
  },
  'rolled-back-by-validation': {
    ends: 'rolled_back ValidationFailed',
    world: () => gated('validate', 'fail'),
  },
  'rolled-back-by-shadow': { ends: 'rolled_back GateFailed', world: () => gated('shadow', 'fail') },
  'rolled-back-by-canary': { ends: 'rolled_back GateFailed', world: () => gated('canary-10', 'fail') },
  'rolled-back-by-limit': { ends: 'rolled_back GateFailed', world: () => gated('canary-10', 'fail', 'LimitExceeded') },
  'rolled-back-by-soak': { ends: 'rolled_back GateFailed', world: () => gated('soak', 'fail') },
  'rolled-back-undecided': {
    ends: 'rolled_back NotEnoughEvidence',
    spec: { canary: { steps: STEPS, onInconclusive: 'rollback' } },
    world: () => gated('canary-10', 'inconclusive'),
  },
  'rolled-back-by-failed-step': {
    ends: 'rolled_back ActivityFailed',
    world: () => broken('moveAlias 2', () => ApplicationFailure.nonRetryable('not allowed', 'Unsupported')),
  },
  'rolled-back-after-alarm': {
    ends: 'rolled_back GateFailed',
    world() {
      const world = gated('canary-10', 'fail');
      let isBack = false;
      world.before = (activity) => {
        if (activity === 'notify') isBack = true;
        if (activity === 'restoreTraffic' && !isBack) throw failure('NotReady', 'stable does not answer');
      };
      return world;
    },
  },
  'rolled-back-behind-a-newer-fence': {
    ends: 'rolled_back GateFailed',
    world() {
      const world = gated('canary-10', 'fail');
      world.before = (activity) => {
        if (activity === 'restoreTraffic') world.fence = { epoch: 99, sequence: 1 };
      };
      return world;
    },
  },
  'held-without-evidence': { ends: 'held EvidenceUnreachable', world: () => gated('canary-10', 'error') },
  'held-in-soak': { ends: 'held EvidenceUnreachable', world: () => gated('soak', 'error') },
  'held-undecided': { ends: 'held NotEnoughEvidence', world: () => gated('canary-10', 'inconclusive') },
  'held-without-approval': { ends: 'held ApprovalTimedOut', spec: { approval: ['shadow'], approvalTimeout: '1s' } },
  'aborted-in-preflight': abortedDuring('preflight', { phase: 'preflight' }),
  'aborted-in-build': abortedDuring('buildVersion', { phase: 'build' }),
  'aborted-in-validate': abortedDuring('validateCandidate', { phase: 'validate' }),
  'aborted-in-shadow': abortedAt('shadow', { phase: 'shadow' }),
  'aborted-in-canary': abortedAt('canary-10', { desiredWeight: 1_000 }),
  'aborted-in-full': abortedDuring('moveAlias', { phase: 'full' }),
  'aborted-in-soak': abortedAt('soak', { phase: 'soak' }),
  'aborted-as-the-soak-ends': {
    ends: 'aborted AbortedByHand',
    spec: { soak: { duration: '100ms', window: '100ms' } },
    async act(handle, world) {
      world.pass = async (ms) => {
        await delay(ms + 50);
        await handle.signal('abort');
      };
    },
  },
  'aborted-while-paused': {
    ends: 'aborted AbortedByHand',
    world: () => gated('canary-10', 'watch'),
    async act(handle) {
      await signalIn(handle, { desiredWeight: 1_000 }, 'pause');
      await handle.signal('abort');
    },
  },
  'aborted-while-waiting': {
    ends: 'aborted AbortedByHand',
    spec: { approval: ['full'] },
    act: (handle) => signalIn(handle, { waitingFor: 'full' }, 'abort'),
  },
  'aborted-in-rollback': {
    ends: 'rolled_back GateFailed',
    world() {
      const world = gated('canary-10', 'fail');
      world.before = (activity) => (activity === 'restoreTraffic' ? world.released : undefined);
      return world;
    },
    async act(handle, world) {
      await signalIn(handle, { phase: 'rollback' }, 'abort');
      world.release();
    },
  },
  'superseded-in-canary': {
    ends: 'aborted Superseded',
    world: () => gated('canary-10', 'watch'),
    act: (handle) => signalIn(handle, { desiredWeight: 1_000 }, 'supersede'),
  },
  'cancelled-in-build': { ...cancelled({ phase: 'build' }), world: () => hanging('buildVersion') },
  'cancelled-in-canary': { ...cancelled({ desiredWeight: 1_000 }), world: () => gated('canary-10', 'watch') },
  'cancelled-in-soak': { ...cancelled({ phase: 'soak' }), world: () => gated('soak', 'watch') },
  retrained: { ends: 'started', ...RETRAIN },
  'retrained-but-not-free': {
    ends: 'skipped',
    ...RETRAIN,
    retrain: { maxWait: '2s', cooldown: '1s' },
    isBeside: true,
    world() {
      const world = gated('canary-10', 'watch');
      world.before = (activity) => (activity === 'untilFree' ? world.released : undefined);
      return world;
    },
  },
  'retrain-failed': {
    ends: 'failed',
    ...RETRAIN,
    world: () => broken('takeTrained', () => failure('NoVersionRegistered', 'the job registered no new version')),
  },
  'retrain-cancelled': {
    ends: 'cancelled',
    ...RETRAIN,
    retrain: { cooldown: '1h' },
    async act(handle) {
      await untilRetrain(handle, { phase: 'cooldown' });
      await handle.cancel();
    },
  },
  'retrained-again': {
    ends: 'continued',
    ...RETRAIN,
    retrain: { cooldown: '1h' },
    async act(handle) {
      await untilRetrain(handle, { phase: 'cooldown' });
      await handle.signal('again', { by: 'bob', spec: retrainedSpec('retrained-again', { cooldown: '1h' }) });
      await untilRetrain(handle, { phase: 'cooldown', by: 'bob' });
      await handle.cancel();
    },
  },
  'rolled-back-by-hand': { ends: 'rolled_back RolledBackByHand', workflow: 'rollback' },
  'monitor-spread': {
    ends: 'watched',
    workflow: 'monitor',
    world: () => Object.assign(troubled({ window: '50ms' }), { findings: [drift('inputs.age')] }),
    async act(handle, world) {
      await vi.waitFor(() => expect(world.alerts).toHaveLength(1), { timeout: 30_000 });
      world.findings = [drift('inputs.age', 'inputs.income', 'inputs.city')];
      await vi.waitFor(() => expect(world.alerts).toHaveLength(2), { timeout: 30_000 });
      world.promotion = 'local.any.7';
      world.monitored = { window: '1s' };
      await vi.waitFor(async () => expect(await handle.query(monitorStatusQuery)).toMatchObject({ windowMs: 1_000 }), {
        timeout: 30_000,
      });
      await handle.signal(stopSignal, { by: 'ada' });
    },
  },
  'monitor-stopped': {
    ends: 'watched',
    workflow: 'monitor',
    world: () => troubled({ policy: { errors: 'rollback' }, window: '50ms' }),
    async act(handle, world) {
      await vi.waitFor(() => expect(world.alerts.length).toBeGreaterThan(0), { timeout: 30_000 });
      await handle.signal(ackSignal, { by: 'ada' });
      await handle.signal('pause', { by: 'ada' });
      await handle.signal('resume');
      world.findings = null;
      await handle.signal(windowSignal, '1s');
      await handle.signal(promotedSignal);
      await delay(2_500);
      await handle.signal(stopSignal, { by: 'ada' });
    },
  },
  'outcomes-read': {
    ends: 'read',
    workflow: 'outcomes',
    world() {
      const world = new World();
      world.pulls = () => ({ error: 'no such table' });
      return world;
    },
    async act(handle, world) {
      await vi.waitFor(() => expect(world.alerts).toHaveLength(1), { timeout: 60_000 });
      const asked = pullInput('outcomes-read');
      world.pulls = new World().pulls;
      await vi.waitFor(() => expect(world.alerts).toHaveLength(2), { timeout: 60_000 });
      await handle.signal(askedSignal, { ...asked, model: 'letters' });
      await handle.signal(askedSignal, { ...asked, plan: null });
    },
  },
  'monitor-continued': {
    ends: 'continued',
    workflow: 'monitor',
    world: () => troubled({ window: '20ms' }),
    async act(handle) {
      const first = (await handle.describe()).runId;
      await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(first), { timeout: 60_000 });
      await handle.signal(stopSignal, { by: 'ada' });
    },
  },
};

function abortedAt(gate: string, at: Partial<RolloutStatus>): Scenario {
  return {
    ends: 'aborted AbortedByHand',
    world: () => gated(gate, 'watch'),
    act: (handle) => signalIn(handle, at, 'abort'),
  };
}

function abortedDuring(activity: string, at: Partial<RolloutStatus>): Scenario {
  return {
    ends: 'aborted AbortedByHand',
    world: () => hanging(activity),
    act: (handle) => signalIn(handle, at, 'abort'),
  };
}

function cancelled(at: Partial<RolloutStatus>): Scenario {
  return {
    ends: 'cancelled',
    async act(handle) {
      await until(handle, at);
      await handle.cancel();
    },
  };
}

function drift(...features: string[]): Finding {
  const figures = { value: 0.3, limit: 0.1, summary: `${features[0]} is not distributed as at its validation` };
  return { kind: 'drift', subject: 'inputs', severity: 'critical', features, ...figures };
}

/** Half of the requests fail, in every window. */
function troubled(monitored: MonitorSpec): World {
  const world = new World();
  return Object.assign(world, { monitored, findings: [ERRORS], route: wholeRoute(CANDIDATE.key) });
}

export function gated(gate: string, says: Decision | 'watch', reason?: string): World {
  const world = new World();
  world.gates[gate] = says;
  if (reason !== undefined) world.reasons[gate] = reason;
  return world;
}

/** The first call of an activity does not come to an end before the world is released. */
function hanging(name: string): World {
  const world = new World();
  let calls = 0;
  world.before = (activity) => (activity === name && ++calls === 1 ? world.released : undefined);
  return world;
}

function broken(call: string, error: () => Error): World {
  const world = new World();
  world.before = (activity, step) => {
    if (activity === call || `${activity} ${step}` === call) throw error();
  };
  return world;
}

async function approve(handle: RolloutHandle, gate: string): Promise<void> {
  await until(handle, { waitingFor: gate });
  await handle.executeUpdate(approveUpdate, { args: [{ gate, by: 'ada' }] });
}

async function signalIn(handle: RolloutHandle, at: Partial<RolloutStatus>, signal: string): Promise<void> {
  await until(handle, at);
  await handle.signal(signal);
}

export async function until(handle: RolloutHandle, at: Partial<RolloutStatus>): Promise<void> {
  await vi.waitFor(async () => expect(await handle.query(statusQuery)).toMatchObject(at), { timeout: 30_000 });
}
