import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { When } from '../../bench/faults/inject/boundary.ts';
import { Arena } from '../../bench/faults/orchestration/arena.ts';
import { PROCESS_FAULTS, type Case, type Fault } from '../../bench/faults/orchestration/cases.ts';
import { discover } from '../../bench/faults/orchestration/discover.ts';
import { shuffled } from '../../bench/faults/orchestration/draw.ts';
import { PATHS } from '../../bench/faults/orchestration/paths.ts';
import * as rounds from '../../bench/faults/orchestration/rounds.ts';
import type { Trial } from '../../bench/faults/orchestration/trial.ts';
import { randomOf } from '../../bench/gates/sim/random.ts';
import { startLocalTemporal } from '../support/temporal.ts';

/** A sample of `npm run bench -- faults`: the same cases every time, the hard ones named. */
const SEED = 5;

// What a dead worker was at is tried again only after its time limit.
vi.setConfig({ testTimeout: 180_000 });

let env: TestWorkflowEnvironment;
let arena: Arena;
let found: Awaited<ReturnType<typeof discover>>;

beforeAll(async () => {
  env = await startLocalTemporal();
  arena = await Arena.open({ client: env.client, temporal: env.address, bundle: inject('workflowBundle') });
  // Without the long soaks, which the campaign has.
  const short = PATHS.filter(({ name }) => !name.startsWith('soak'));
  found = await discover(arena, short);
});
afterAll(async () => {
  await arena.close();
  await env.teardown();
});

test('a call that fails, is lost, or is answered with nonsense leaves no trace in how a rollout ends', async () => {
  const calls = found.cases.filter(({ fault }) => !(PROCESS_FAULTS as readonly string[]).includes(fault));
  expectNothingLost(await rounds.soft(arena, sample(calls, 16), found.expected, 8));
});

test('a worker that dies by kill -9 in the middle of a step costs nothing but time', async () => {
  const hard = [
    only('failing gate', 'kill -9', 'after the effect', 'restoreTraffic rollback #1'),
    only('failing gate', 'kill -9', 'before the call', 'restoreTraffic rollback #1'),
    only('abort', 'kill -9', 'after the effect', 'shiftTraffic canary-50 #1'),
    only('forward', 'kill -9', 'after the effect', 'moveAlias to 2 #1'),
    only('forward', 'kill -9', 'before the call', 'publishOutcome #1'),
    only('rollback by hand', 'kill -9', 'after the effect', 'shiftTraffic rollback #1'),
  ];
  expectNothingLost(await rounds.kill(arena, [...hard, ...sample(quick('kill -9'), 8)], found.expected));
});

test('an answer that Temporal has and no worker lived to take up is not asked for again', async () => {
  const recorded = found.cases.filter(({ fault, point }) => fault === 'kill -9' && point.when === 'after the record');
  expectNothingLost(await rounds.killAfterRecord(arena, sample(recorded, 6), found.expected));
});

test('a worker that ends in good order hands over what it was at', async () => {
  expectNothingLost(await rounds.restart(arena, sample(quick('restart'), 6), found.expected));
});

test('a stopped worker that goes on after the rollback moves nothing any more', async () => {
  const hard = [
    only('failing gate', 'stop', 'before the call', 'shiftTraffic canary-50 #1'),
    only('abort', 'stop', 'before the call', 'shiftTraffic canary-50 #1'),
    only('failing gate', 'stop', 'before the call', 'restoreTraffic rollback #1'),
    only('forward', 'stop', 'before the call', 'shiftTraffic canary-10 #1'),
  ];
  const trials = await rounds.stopTraffic(arena, hard, found.expected);
  expectNothingLost(trials);
  const late = trials.filter(({ fault }) => fault.point.place.startsWith('shiftTraffic'));
  expect(late.map(({ refused }) => refused > 0)).toEqual([true, true, true]);
});

function expectNothingLost(trials: readonly Trial[]): void {
  const wrong = trials.filter(({ violations, lostRequests }) => violations.length > 0 || lostRequests > 0);
  expect(wrong.map(({ fault, violations }) => [nameOf(fault), ...violations])).toEqual([]);
  expect(trials.filter(({ struck }) => !struck).map(({ fault }) => nameOf(fault))).toEqual([]);
}

function only(path: string, fault: Fault, when: When, place: string): Case {
  const one = found.cases.find(
    (given) =>
      given.path.name === path &&
      given.fault === fault &&
      given.point.when === when &&
      given.point.place === place &&
      given.point.component === 'worker',
  );
  if (!one) throw new Error(`no rollout comes by ${place} on the path ${path}`);
  return one;
}

/** Those of a fault that do not wait for the 30 s after which a build counts as dead. */
function quick(fault: Fault): Case[] {
  return found.cases.filter(
    (given) =>
      given.fault === fault &&
      given.point.when !== 'after the record' &&
      !/^(build|validate|watchGate soak)/.test(given.point.place),
  );
}

function sample(cases: readonly Case[], count: number): Case[] {
  return shuffled(randomOf(SEED, 'sample', 0), cases).slice(0, count);
}

function nameOf({ path, point, fault }: Case): string {
  return `${fault} ${point.when}, ${point.place} (${path.name})`;
}
