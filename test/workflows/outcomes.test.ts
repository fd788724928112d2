import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PullInput } from '../../domain/outcome-pull.ts';
import { askedSignal, outcomesOptions, pullStatusQuery } from '../../workflows/messages.ts';
import type { outcomes } from '../../workflows/index.ts';
import { pullInput } from '../support/pulls.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { World } from '../support/world.ts';

// A server of its own: it skips time only while nothing else is under way.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

const HOUR_MS = 3_600_000;
const WITHIN = { timeout: 60_000, interval: 100 };

const input = () => pullInput(freshEndpoint(), HOUR_MS);

const start = (asked: PullInput) =>
  env.client.workflow.start<typeof outcomes>('outcomes', { ...outcomesOptions(asked), followRuns: false });

test('outcomes are read at once and then at set times, over runs that stay short, until nothing asks for it', async () => {
  const world = new World();
  await withWorkers(env, world, async (client) => {
    const asked = input();
    const { firstExecutionRunId, workflowId } = await start(asked);
    const newest = client.workflow.getHandle<typeof outcomes>(workflowId);
    await vi.waitFor(async () => expect(await newest.query(pullStatusQuery)).toMatchObject({ pulls: 1 }), WITHIN);
    await env.sleep(250 * HOUR_MS);
    const status = await newest.query(pullStatusQuery);
    expect(status.pulls).toBeGreaterThanOrEqual(250);
    expect(status).toMatchObject({ everyMs: HOUR_MS, failed: null, unsent: 0 });
    const first = await client.workflow.getHandle(workflowId, firstExecutionRunId).fetchHistory();
    expect(first.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    expect(first.events?.length).toBeLessThan(5_000);
    await newest.signal(askedSignal, { ...asked, plan: null });
    expect((await newest.result()).pulls).toBeGreaterThanOrEqual(status.pulls);
  });
}, 300_000);

test('three failures in a row are told once, and their end once; pulls go on meanwhile', async () => {
  const world = new World();
  world.pulls = () => ({ error: 'outcomes.sql (WAREHOUSE_URL): no such table' });
  const told = () => world.alerts.map(({ name, status }) => `${name} ${status}`);
  await withWorkers(env, world, async (client) => {
    const { workflowId } = await start(input());
    const handle = client.workflow.getHandle<typeof outcomes>(workflowId);
    await env.sleep(1.5 * HOUR_MS);
    expect(await handle.query(pullStatusQuery)).toMatchObject({ failed: { count: 2 } });
    expect(told()).toEqual([]);
    await env.sleep(3 * HOUR_MS);
    await vi.waitFor(() => expect(told()).toEqual(['OutcomesNotRead firing']), WITHIN);
    expect(world.alerts[0]?.summary).toMatch(/3 times in a row: outcomes\.sql \(WAREHOUSE_URL\): no such table/);
    world.pulls = new World().pulls;
    await env.sleep(2 * HOUR_MS);
    await vi.waitFor(() => expect(told()).toEqual(['OutcomesNotRead firing', 'OutcomesNotRead resolved']), WITHIN);
    expect(new Set(world.alerts.map(({ key }) => key)).size).toBe(1);
    await handle.terminate();
  });
}, 300_000);

test('a changed specification is carried out at once, the same one again changes nothing', async () => {
  const world = new World();
  await withWorkers(env, world, async (client) => {
    const asked = input();
    const { workflowId } = await start(asked);
    const handle = client.workflow.getHandle<typeof outcomes>(workflowId);
    const pulls = async () => (await handle.query(pullStatusQuery)).pulls;
    await vi.waitFor(async () => expect(await pulls()).toBe(1), WITHIN);
    await handle.signal(askedSignal, asked);
    await handle.signal(askedSignal, { ...asked, model: 'letters' });
    await vi.waitFor(async () => expect(await pulls()).toBe(2), WITHIN);
    await handle.terminate();
  });
}, 120_000);

test('more than one pull reads is read at once', async () => {
  const world = new World();
  const nothing = world.pulls();
  if (!('pulled' in nothing)) throw new Error('a world begins without failures');
  let left = 5;
  world.pulls = () => ({ pulled: { ...nothing.pulled, more: --left > 0 } });
  await withWorkers(env, world, async (client) => {
    const { workflowId } = await start(input());
    const handle = client.workflow.getHandle<typeof outcomes>(workflowId);
    await vi.waitFor(async () => expect(await handle.query(pullStatusQuery)).toMatchObject({ pulls: 5 }), WITHIN);
    await handle.terminate();
  });
}, 120_000);
