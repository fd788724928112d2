import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outcome } from '../../domain/outcome.ts';
import type { RolloutResult } from '../../domain/rollout-state.ts';
import { wholeRoute } from '../../domain/route.ts';
import { startRollout, type RolloutHandle } from '../support/rollouts.ts';
import { freshEndpoint, startLocalTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';
import { Worlds } from '../support/worlds.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startLocalTemporal()));
afterAll(() => env.teardown());

const SEED = 20_261_124;
/** More would only wait for each other on a small machine. */
const AT_ONCE = 8;

interface Case {
  readonly call: number;
  readonly paused: boolean;
  readonly delayMs: number;
}

/** A rollout calls some thirty activities; an abort is sent as one of them begins, or while it is paused there. */
const CASES: readonly Case[] = fc.sample(
  fc.record({ call: fc.integer({ min: 1, max: 34 }), paused: fc.boolean(), delayMs: fc.integer({ min: 0, max: 30 }) }),
  { seed: SEED, numRuns: 24 },
);

test('an abort at any moment ends with all restored, or comes too late for a rollout that is promoted', async () => {
  const worlds = new Worlds();
  const runs = CASES.map((given) => ({ given, endpoint: freshEndpoint(), world: new World() }));
  for (const { endpoint, world } of runs) worlds.add(endpoint, world);
  const outcomes: Outcome[] = [];
  await withWorkers(env, worlds, async (client) => {
    for (let first = 0; first < runs.length; first += AT_ONCE) {
      const some = runs.slice(first, first + AT_ONCE).map(async ({ given, endpoint, world }) => {
        const { outcome } = await abortAt(client, world, endpoint, given);
        expectAgreement(world, outcome, JSON.stringify({ seed: SEED, ...given }));
        outcomes.push(outcome);
      });
      await Promise.all(some);
    }
  });
  // The sample must reach both, or it would show nothing.
  expect(new Set(outcomes)).toEqual(new Set(['aborted', 'promoted']));
});

async function abortAt(client: Client, world: World, endpoint: string, given: Case): Promise<RolloutResult> {
  const started = Promise.withResolvers<RolloutHandle>();
  let calls = 0;
  world.before = async () => {
    if (++calls !== given.call) return;
    const handle = await started.promise;
    if (given.paused) await handle.signal('pause');
    await world.sleep(given.delayMs);
    // A closed rollout takes no signal.
    await handle.signal('abort').catch(() => undefined);
  };
  const handle = await startRollout(client, { endpoint });
  started.resolve(handle);
  return handle.result();
}

function expectAgreement(world: World, outcome: Outcome, moment: string): void {
  const [serving, other] = outcome === 'promoted' ? [CANDIDATE, STABLE] : [STABLE, CANDIDATE];
  expect(['aborted', 'promoted'], moment).toContain(outcome);
  expect(world.route, moment).toEqual(wholeRoute(serving.key));
  expect(world.alias, moment).toBe(serving.version);
  expect([...world.deployed], moment).not.toContain(other.key);
  expect(world.ledger.map(({ rolloutSequence }) => rolloutSequence)).toEqual(world.ledger.map((_, at) => at + 1));
}
