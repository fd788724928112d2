import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { failure } from '../../activities/failures.ts';
import { monitorWorkflowId, retrainWorkflowId } from '../../domain/ids.ts';
import { wholeRoute } from '../../domain/route.ts';
import { createMonitorsPort } from '../../worker/monitors-port.ts';
import { ackSignal, monitorStatusQuery, promotedSignal, stopSignal, windowSignal } from '../../workflows/messages.ts';
import { ERRORS, startMonitor, type MonitorHandle } from '../support/monitors.ts';
import { planRetrain } from '../../domain/retrain.ts';
import { retrainedSpec } from '../support/retrainings.ts';
import { freshEndpoint, startTemporal, withWorkers } from '../support/temporal.ts';
import { CANDIDATE, STABLE, World } from '../support/world.ts';

// A server of its own: it skips time only while nothing else is under way.
let env: TestWorkflowEnvironment;
beforeAll(async () => void (env = await startTemporal()));
afterAll(() => env.teardown());

test('an incident is one alert, is told again until it is acknowledged, and ends with a notice', async () => {
  const world = new World();
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 5);
    expect(told(world)).toEqual(['firing errors-1 critical']);
    await windows(handle, 12);
    expect(told(world)).toEqual(['firing errors-1 critical', 'firing errors-1 critical']);
    await handle.signal(ackSignal, { incident: 'errors-1', by: 'ada' });
    await windows(handle, 60);
    expect(world.alerts).toHaveLength(2);
    const { incidents } = await handle.query(monitorStatusQuery);
    expect(incidents).toMatchObject([{ id: 'errors-1', acknowledged: { by: 'ada' } }]);
    world.findings = [];
    await windows(handle, 3);
    expect(told(world).at(-1)).toBe('resolved errors-1 critical');
    expect((await handle.query(monitorStatusQuery)).incidents).toEqual([]);
  });
  const [first, again, over] = world.alerts;
  expect(again?.key).toBe(first?.key);
  expect(over).toMatchObject({ key: first?.key, startsAt: first?.startsAt });
  expect(first?.action).toContain('slipway ack local/');
});

test('a finding whose policy is rollback has the endpoint go back, once, and people are told so', async () => {
  const world = new World();
  Object.assign(world, { route: wholeRoute(CANDIDATE.key), monitored: { policy: { errors: 'rollback' } } });
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 1);
    expect(world.route).toEqual(wholeRoute(STABLE.key));
    expect(world.alerts[0]?.summary).toContain('going back to version 1');
    await windows(handle, 3);
    expect(told(world).slice(0, 2)).toEqual(['firing errors-1 critical', 'resolved errors-1 critical']);
    world.route = wholeRoute(CANDIDATE.key);
    await windows(handle, 3);
    expect(world.route, 'a second time only after another promotion').toEqual(wholeRoute(CANDIDATE.key));
    await handle.signal(promotedSignal);
    await windows(handle, 2);
    expect(world.route).toEqual(wholeRoute(STABLE.key));
  });
});

test('a finding whose policy is to retrain begins one training, people are told so, and what it makes is rolled out', async () => {
  const world = new World();
  Object.assign(world, { monitored: { policy: { errors: 'retrain' } } });
  const spec = retrainedSpec('any');
  let endpoint = '';
  world.activities.prepareRetrain = async ({ input }) => {
    ({ endpoint } = input);
    expect(input).toMatchObject({ by: 'monitor', reason: 'errors-1: 50 % of requests failed' });
    const plan = planRetrain(spec.retrain ?? { job: { command: ['train'] } });
    return { spec: { ...spec, endpoint: input.endpoint }, plan, receivers: [], newest: 1, link: null };
  };
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 1);
    await vi.waitFor(() => expect(world.trained).toHaveLength(1), { timeout: 30_000 });
    world.findings = [];
    await windows(handle, 4);
    // It cools down for a day.
    await env.client.workflow.getHandle(retrainWorkflowId('local', endpoint)).terminate();
  });
  expect(world.trained).toHaveLength(1);
  expect(told(world)).toEqual(['firing errors-1 critical', 'resolved errors-1 critical']);
  expect(world.alerts[0]?.summary).toContain('a retraining has begun');
  expect(world.alerts[0]?.action).toMatch(/slipway retrain .* --show/);
});

test('going back that is not possible yet is tried again after the next window', async () => {
  const world = new World();
  Object.assign(world, { route: wholeRoute(CANDIDATE.key), monitored: { policy: { errors: 'rollback' } } });
  const { goBack } = world.activities;
  let tries = 0;
  world.activities.goBack = async (request) =>
    ++tries < 3 ? { settled: false, response: 'something else runs on the endpoint' } : goBack(request);
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 3);
    expect(world.route).toEqual(wholeRoute(STABLE.key));
  });
  expect(told(world)).toContain('firing errors-1 critical');
  expect(world.alerts.some(({ summary }) => summary.includes('going back'))).toBe(true);
});

test('the status tells what the last judged window measured, of the version that serves', async () => {
  const world = new World();
  await watched(world, async (handle) => {
    const measured = async () => (await handle.query(monitorStatusQuery)).measures?.map(({ value }) => value);
    await windows(handle, 2);
    expect(await measured()).toEqual([0.02]);
    world.findings = null;
    await windows(handle, 1);
    expect(await measured(), 'while nobody judges').toEqual([0.02]);
    world.route = wholeRoute(CANDIDATE.key);
    await windows(handle, 1);
    expect(await measured(), 'of another version').toEqual([]);
  });
});

test('a promotion that nobody told it of is read from the ledger, once', async () => {
  const world = new World();
  let reads = 0;
  world.before = (activity) => void (reads += Number(activity === 'recallMonitored'));
  await watched(world, async (handle) => {
    await windows(handle, 2);
    expect(reads).toBe(1);
    world.promotion = 'local.any.7';
    world.monitored = { window: '7m' };
    await windows(handle, 3);
    expect(reads).toBe(2);
    expect(await handle.query(monitorStatusQuery)).toMatchObject({ windowMs: 420_000 });
  });
});

test('windows of a rollout, and those of a pause, are not judged, and the status says why', async () => {
  const world = new World();
  await watched(world, async (handle) => {
    world.findings = null;
    await windows(handle, 2);
    expect((await handle.query(monitorStatusQuery)).last?.unjudged).toBe('a rollout is under way');
    world.findings = [ERRORS];
    await handle.signal('pause', { by: 'ada', reason: 'load test' });
    await windows(handle, 5);
    const { last, paused } = await handle.query(monitorStatusQuery);
    expect(last?.unjudged).toBe('paused by ada');
    expect(paused).toMatchObject({ by: 'ada', reason: 'load test' });
    expect(world.alerts).toEqual([]);
    await handle.signal('resume');
    await windows(handle, 1);
    expect(told(world)).toEqual(['firing errors-1 critical']);
  });
});

test('alerts that do not get through are kept and sent once receivers are back', async () => {
  const world = new World();
  let away = true;
  world.before = (activity) => {
    if (away && activity === 'sendAlert') throw failure('Unreachable', 'the webhook is away');
  };
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 3);
    expect(await handle.query(monitorStatusQuery)).toMatchObject({ unsent: 1 });
    away = false;
    await windows(handle, 1);
    expect(told(world)).toEqual(['firing errors-1 critical']);
  });
});

test('a receiver that is away keeps nothing from the others, and gets what is still true once it is back', async () => {
  const world = new World();
  const { recallMonitored } = world.activities;
  const receivers = ['good', 'away'].map((name) => ({ webhook: `https://${name}.example.com`, secretEnv: null }));
  world.activities.recallMonitored = async (place) => ({ ...(await recallMonitored(place)), receivers });
  let isAway = true;
  const got: string[] = [];
  world.activities.sendAlert = ({ alert, receivers: told }) => {
    const [to] = told ?? [];
    const name = to && 'webhook' in to ? new URL(to.webhook).hostname.split('.')[0] : 'nobody';
    if (isAway && name === 'away') return Promise.reject(failure('Unreachable', 'the webhook is away'));
    got.push(`${name} ${alert.status}`);
    return Promise.resolve();
  };
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 1);
    world.findings = [];
    await windows(handle, 3);
    expect(got).toEqual(['good firing', 'good resolved']);
    isAway = false;
    await windows(handle, 1);
    expect(got.slice(2)).toEqual(['away resolved']);
  });
});

test('a window that nobody could look at is an incident by itself, and ends no other', async () => {
  const world = new World();
  let away = false;
  world.before = (activity) => {
    if (away && activity === 'examineWindow') throw failure('Unreachable', 'PostgreSQL does not answer');
  };
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 1);
    away = true;
    await windows(handle, 5);
    const { incidents } = await handle.query(monitorStatusQuery);
    expect(incidents.map(({ id }) => id)).toEqual(['errors-1', 'silence-2']);
    expect(incidents[1]?.summary).toContain('PostgreSQL does not answer');
  });
});

test('the watch ends when a promotion says not to watch, and when a person stops it; open incidents are closed', async () => {
  const world = new World();
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 1);
    await handle.signal(stopSignal, { by: 'ada' });
    await handle.result();
    expect(told(world)).toEqual(['firing errors-1 critical', 'resolved errors-1 critical']);
  });
  const other = new World();
  await watched(other, async (handle) => {
    await windows(handle, 1);
    other.monitored = false;
    await handle.signal(promotedSignal);
    await handle.result();
  });
});

test('what was found, what was done about it and who had a hand in it is in the ledger, which nothing waits for', async () => {
  const world = new World();
  Object.assign(world, { route: wholeRoute(CANDIDATE.key), monitored: { policy: { errors: 'rollback' } } });
  let away = true;
  world.before = (activity) => {
    if (away && activity === 'recordTransitions') throw failure('Unreachable', 'PostgreSQL does not answer');
  };
  await watched(world, async (handle) => {
    world.findings = [ERRORS];
    await windows(handle, 1);
    expect(world.alerts, 'people are told nevertheless').toHaveLength(1);
    await handle.signal(ackSignal, { incident: 'errors-1', by: 'ada', reason: 'on it' });
    await handle.signal('pause', { by: 'bob', reason: 'load test' });
    await handle.signal('pause', { by: 'eve' });
    await handle.signal('resume', { by: 'bob' });
    expect(world.ledger.filter(({ step }) => step === 'monitor')).toEqual([]);
    away = false;
    world.findings = [];
    await windows(handle, 3);
    await handle.signal(stopSignal, { by: 'ada' });
    await handle.result();
  });
  const own = world.ledger.filter(({ step }) => step === 'monitor');
  const lines = own.map(
    ({ reason, actor, detail }) => `${reason} ${actor.name}: ${(detail['message'] as string | undefined) ?? ''}`,
  );
  expect(lines).toEqual([
    'IncidentOpened slipway: errors-1: 50 % of requests failed',
    'IncidentAnswered slipway: errors-1: going back to version 1',
    'IncidentAcknowledged ada: errors-1: on it',
    'WatchPaused bob: load test',
    'WatchResumed bob: ',
    'IncidentClosed slipway: errors-1: 50 % of requests failed; another version serves now',
    'WatchStopped ada: ',
  ]);
  expect(own.map(({ rolloutSequence }) => rolloutSequence)).toEqual(own.map((_, at) => at + 1));
  expect(new Set(own.map(({ rolloutId }) => rolloutId)).size).toBe(1);
});

test('a promotion that comes while a stopped watch is still ending has its watch', async () => {
  const world = new World();
  let away = false;
  let reads = 0;
  world.before = (activity) => {
    if (activity === 'recallMonitored') reads += 1;
    if (away && activity === 'recordTransitions') throw failure('Unreachable', 'PostgreSQL does not answer');
  };
  await watched(world, async (handle) => {
    away = true;
    await handle.signal('pause', { by: 'ada' });
    await handle.signal(stopSignal, { by: 'ada' });
    await handle.signal(promotedSignal);
    away = false;
    const newest = env.client.workflow.getHandle(handle.workflowId) as MonitorHandle;
    await vi.waitFor(() => expect(reads).toBe(2), { timeout: 30_000 });
    await windows(newest, 2);
    expect(await newest.query(monitorStatusQuery)).toMatchObject({ paused: null });
    await newest.signal(stopSignal, { by: 'ada' });
    await newest.result();
  });
  const own = world.ledger.filter(({ step }) => step === 'monitor');
  expect(own.map(({ reason }) => reason)).toEqual(['WatchPaused', 'WatchStopped', 'WatchStopped']);
});

test('another length of windows holds at once; nonsense goes back to the specification', async () => {
  await watched(new World(), async (handle) => {
    await handle.signal(windowSignal, '1h');
    await vi.waitFor(async () => expect((await handle.query(monitorStatusQuery)).windowMs).toBe(3_600_000));
    await handle.signal(windowSignal, 'often');
    await vi.waitFor(async () => expect((await handle.query(monitorStatusQuery)).windowMs).toBe(300_000));
    await windows(handle, 2);
  });
});

test('a promotion begins the watch, is heard by one that runs, and begins none where the specification says not to', async () => {
  const world = new World();
  const endpoint = freshEndpoint();
  const place = { target: 'local', endpoint };
  let reads = 0;
  world.before = (activity) => void (activity === 'recallMonitored' && (reads += 1));
  await withWorkers(env, world, async (client) => {
    const { promoted } = createMonitorsPort(client);
    const handle = client.workflow.getHandle(monitorWorkflowId('local', endpoint));
    await promoted(place, false);
    await expect(handle.describe()).rejects.toThrow();
    await promoted(place, true);
    await vi.waitFor(() => expect(reads).toBe(1));
    const { runId } = await handle.describe();
    await promoted(place, true);
    await promoted(place, false);
    await vi.waitFor(() => expect(reads).toBeGreaterThan(1));
    expect((await handle.describe()).runId).toBe(runId);
    await handle.terminate();
  });
});

test('where nothing was ever promoted there is nothing to watch, and the run says so', async () => {
  const world = new World();
  world.activities.recallMonitored = () => Promise.reject(failure('VersionNotFound', 'nothing was promoted'));
  await withWorkers(env, world, async (client) => {
    const handle = await startMonitor(client);
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { message: 'nothing was promoted' } } });
  });
});

/** Runs a monitor over windows of five minutes for as long as the story goes on. */
async function watched(world: World, story: (handle: MonitorHandle) => Promise<void>): Promise<void> {
  await withWorkers(env, world, async (client) => {
    const handle = await startMonitor(client);
    try {
      await vi.waitFor(async () => expect((await handle.query(monitorStatusQuery)).windowMs).not.toBeNull());
      await story(handle);
    } finally {
      await handle.terminate().catch(() => undefined);
    }
  });
}

/** Lets so many more windows go by, whole with what they lead to. */
async function windows(handle: MonitorHandle, count: number): Promise<void> {
  const before = await handle.query(monitorStatusQuery);
  for (let seen = 0; seen < count;) {
    await env.sleep('1m');
    const now = await handle.query(monitorStatusQuery);
    seen = now.windows - before.windows;
  }
  await env.sleep('1s');
}

function told(world: World): string[] {
  return world.alerts.map(({ status, severity, details }) => `${status} ${String(details?.['id'])} ${severity}`);
}
