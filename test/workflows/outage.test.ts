import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Route } from '../../domain/route.ts';
import type { Outage } from '../../domain/watch.ts';
import { startRollout } from '../support/rollouts.ts';
import { startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const OUTAGE: Outage = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:10:00.000Z', detail: 'no answer' };

test('while a gate cannot see, the weight stays as it is; then the rollout goes on, and the ledger has the outage', async () => {
  const world = new World();
  const { watchGate } = world.activities;
  const during: Route[] = [];
  world.activities.watchGate = async (request) => {
    const result = await watchGate(request);
    if (request.question.weight !== 1_000) return result;
    during.push(world.route);
    await world.sleep(5_000);
    during.push(world.route);
    return { ...result, outages: [OUTAGE] };
  };
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'promoted' });
  expect(during[0]?.arms[1]?.weight).toBe(1_000);
  expect(during[1]).toEqual(during[0]);
  const noted = world.ledger.filter(({ step }) => step === 'canary-10');
  expect(noted.map(({ reason, effectiveAt }) => [reason, effectiveAt]).slice(1)).toEqual([
    ['EvidenceLost', OUTAGE.from],
    ['EvidenceBack', OUTAGE.to],
    ['GatePassed', expect.any(String)],
  ]);
});

test('a gate that stays blind is held with stable serving, and the ledger says since when', async () => {
  const world = new World();
  world.gates['canary-10'] = 'error';
  const { watchGate } = world.activities;
  world.activities.watchGate = async (request) => {
    const result = await watchGate(request);
    return request.question.weight === 1_000 ? { ...result, outages: [{ ...OUTAGE, to: null }] } : result;
  };
  const result = await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(result).toMatchObject({ outcome: 'held', reason: 'EvidenceUnreachable' });
  const lost = world.ledger.filter(({ reason }) => reason === 'EvidenceLost' || reason === 'EvidenceBack');
  expect(lost.map(({ reason, effectiveAt }) => [reason, effectiveAt])).toEqual([['EvidenceLost', OUTAGE.from]]);
});

test('a dead worker is missed within ten seconds in a canary, and before a batch has waited 30 s in a soak', async () => {
  const world = new World();
  const { watchGate } = world.activities;
  const limits: Record<string, number> = {};
  world.activities.watchGate = async (request) => {
    limits[request.question.stage] = Context.current().info.heartbeatTimeoutMs ?? Infinity;
    return watchGate(request);
  };
  await withWorkers(env, world, async (client) => (await startRollout(client)).result());
  expect(limits).toEqual({ shadow: 10_000, canary: 10_000, soak: 25_000 });
});
