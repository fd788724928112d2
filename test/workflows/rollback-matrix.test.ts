import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failure } from '../../activities/failures.ts';
import type { Outcome, Stage } from '../../domain/outcome.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { weightOf, wholeRoute } from '../../domain/route.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, dies, STABLE, World } from '../support/world.ts';

type Event = 'gate fails' | 'abort' | 'cancel' | 'activity dies' | 'activity fails for good' | 'evidence unreachable';

/** Where each stage can be interrupted: the activity it does, and its gate if it has one. */
const STAGES: Record<Exclude<Stage, 'preflight'>, { step: string; gate: string | null }> = {
  build: { step: 'build', gate: null },
  validate: { step: 'validate', gate: 'validate' },
  shadow: { step: 'shadow', gate: 'shadow' },
  canary: { step: 'canary-10', gate: 'canary-10' },
  ab: { step: 'ab', gate: 'ab' },
  full: { step: 'full', gate: null },
  soak: { step: 'soak', gate: 'soak' },
};

const EXPECTED: Record<Event, { outcome: Outcome; reason: Reason }> = {
  'gate fails': { outcome: 'rolled_back', reason: 'GateFailed' },
  abort: { outcome: 'aborted', reason: 'AbortedByHand' },
  cancel: { outcome: 'aborted', reason: 'Cancelled' },
  'activity dies': { outcome: 'promoted', reason: 'Promoted' },
  'activity fails for good': { outcome: 'rolled_back', reason: 'ActivityFailed' },
  'evidence unreachable': { outcome: 'held', reason: 'EvidenceUnreachable' },
};

/** Cells in which nothing can go wrong, since nobody asks there, with the reason. */
const IMPOSSIBLE: { stage: string; event: Event; why: string }[] = [
  {
    stage: 'build',
    event: 'gate fails',
    why: 'build has no gate; a candidate that does not start is the row "fails for good"',
  },
  { stage: 'build', event: 'evidence unreachable', why: 'build reads no evidence' },
  { stage: 'full', event: 'gate fails', why: 'the gate of the last canary step decides about full' },
  { stage: 'full', event: 'evidence unreachable', why: 'full reads no evidence' },
];

/** A rollout with an A/B test; the others have none. */
const TESTED: Partial<RolloutSpec> = { sticky: { header: 'x-user' }, ab: { metrics: [{ name: 'paid' }] } };

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

for (const [stage, place] of Object.entries(STAGES)) {
  describe(`in ${stage}`, () => {
    for (const event of Object.keys(EXPECTED) as Event[]) {
      const impossible = IMPOSSIBLE.find((cell) => cell.stage === stage && cell.event === event);
      if (impossible) {
        test(`${event} → promoted: it cannot happen here (${impossible.why})`, async () => {
          const world = new World();
          const closed = await withWorkers(env, world, (client) =>
            play(client, world, { ...place, gate: stage }, event),
          );
          expectAgreement(world, closed, { outcome: 'promoted', reason: 'Promoted' });
        });
        continue;
      }
      test(`${event} → ${EXPECTED[event].outcome}, with route, alias and ledger in agreement`, async () => {
        const world = new World();
        const closed = await withWorkers(env, world, (client) => play(client, world, place, event));
        expectAgreement(world, closed, expectedOf(stage, event));
      });
    }
  });
}

async function play(client: Client, world: World, place: { step: string; gate: string | null }, event: Event) {
  const reached = interruptAt(world, place, event);
  const handle = await startRollout(client, place.step === 'ab' ? TESTED : {});
  if (event === 'abort' || event === 'cancel') {
    await reached;
    await (event === 'abort' ? handle.signal('abort') : handle.cancel());
  }
  const closed = await closing(handle);
  // Workers stop only once their activities do: let the one that was interrupted go.
  world.release();
  return closed;
}

/** Makes the event happen in the stage; resolves once the stage is under way. */
function interruptAt(world: World, { step, gate }: { step: string; gate: string | null }, event: Event): Promise<void> {
  if (event === 'gate fails' || event === 'evidence unreachable') {
    world.gates[gate ?? ''] = event === 'gate fails' ? 'fail' : 'error';
    return Promise.resolve();
  }
  let died = false;
  return new Promise((resolve) => {
    world.before = async (_activity, at) => {
      if (at !== step) return;
      if (event === 'activity fails for good') throw failure('CandidateBroken', 'it will never work');
      if (event === 'activity dies' && !died) {
        died = true;
        dies();
      }
      resolve();
      if (event === 'abort' || event === 'cancel') await world.released;
    };
  });
}

async function closing(handle: RolloutHandle): Promise<{ outcome: Outcome; reason: Reason; status: string }> {
  const result = await handle.result().catch(() => null);
  const { status } = await handle.describe();
  const { outcome, reason } = result ?? (await handle.query(statusQuery));
  return { outcome: outcome as Outcome, reason: reason as Reason, status: status.name };
}

function expectedOf(stage: string, event: Event): { outcome: Outcome; reason: Reason } {
  if (stage === 'validate' && event === 'gate fails') return { outcome: 'rolled_back', reason: 'ValidationFailed' };
  if (stage === 'validate' && event === 'evidence unreachable') return { outcome: 'held', reason: 'NotEnoughEvidence' };
  return EXPECTED[event];
}

function expectAgreement(
  world: World,
  closed: { outcome: Outcome; reason: Reason; status: string },
  expected: { outcome: Outcome; reason: Reason },
): void {
  const promoted = expected.outcome === 'promoted';
  expect(closed).toMatchObject(expected);
  expect(closed.status).toBe(expected.reason === 'Cancelled' ? 'CANCELLED' : 'COMPLETED');
  const { sticky } = world.route;
  expect(world.route).toEqual(wholeRoute(promoted ? CANDIDATE.key : STABLE.key, sticky));
  expect(world.alias).toBe(promoted ? CANDIDATE.version : STABLE.version);
  const kept = { promoted: [CANDIDATE.key], held: [STABLE.key, CANDIDATE.key] }[expected.outcome as string] ?? [
    STABLE.key,
  ];
  expect([...world.deployed]).toEqual(kept);
  expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, at) => at + 1));
  expect(world.ledger.at(-1)?.detail).toMatchObject({
    outcome: expected.outcome,
    serving: promoted ? CANDIDATE.key : STABLE.key,
  });
  const moved = world.routes.some((route) => weightOf(route, CANDIDATE.key) > 0);
  if (!promoted && moved) expect(world.ledger.map(({ reason }) => reason)).toContain('TrafficRestored');
}
