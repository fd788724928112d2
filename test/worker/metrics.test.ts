import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test, vi } from 'vitest';
import { exposition, series } from '../../domain/exposition.ts';
import { readMetrics, type MetricSources } from '../../worker/metrics/read-metrics.ts';
import { Tally } from '../../worker/metrics/tally.ts';
import { WatchGauge } from '../../worker/watch-gauge.ts';
import { WORKER_METRICS } from '../../domain/metrics/worker.ts';
import { scraped } from '../support/scraped.ts';

const shown = (tally: Tally) => Object.fromEntries(scraped(exposition(tally.read())));

async function run(tally: Tally, activityType: string, request: object, answer: () => unknown): Promise<void> {
  const env = new MockActivityEnvironment({ activityType }, { interceptors: [tally.interceptor] });
  await env.run(async (_: object) => answer(), request);
}

const watched = { target: 'local', endpoint: 'digits', question: { stage: 'canary' } };
const verdict = (decision: string) => () => ({ verdict: { decision } });

test('verdicts and outcomes are counted by their place', async () => {
  const tally = new Tally();
  await run(tally, 'watchGate', watched, verdict('pass'));
  await run(tally, 'watchGate', watched, verdict('pass'));
  await run(tally, 'watchGate', watched, verdict('fail'));
  const facts = { plan: { target: 'local', endpoint: 'digits' } };
  await run(tally, 'publishOutcome', { facts, outcome: 'rolled_back' }, () => undefined);
  const place = 'target="local",endpoint="digits"';
  expect(shown(tally)).toEqual({
    [`slipway_gate_verdicts_total{${place},stage="canary",decision="pass"}`]: 2,
    [`slipway_gate_verdicts_total{${place},stage="canary",decision="fail"}`]: 1,
    [`slipway_rollouts_ended_total{${place},outcome="rolled_back"}`]: 1,
  });
});

test('windows of monitors are counted, those that nobody could judge apart', async () => {
  const tally = new Tally();
  const place = { target: 'local', endpoint: 'digits' };
  await run(tally, 'examineWindow', place, () => ({ unjudged: null }));
  await run(tally, 'examineWindow', place, () => ({ unjudged: 'a rollout is under way' }));
  expect(shown(tally)).toEqual({
    'slipway_monitor_windows_total{target="local",endpoint="digits",result="judged"}': 1,
    'slipway_monitor_windows_total{target="local",endpoint="digits",result="unjudged"}': 1,
  });
});

test('what the last window of an endpoint measured is shown as a share of its limit, until another worker looks', async () => {
  const tally = new Tally();
  const place = { target: 'local', endpoint: 'digits', plan: { windowMs: 60_000 } };
  const drift = (value: number) => ({ kind: 'drift', subject: 'inputs.age', value, limit: 0.1 });
  await run(tally, 'examineWindow', place, () => ({ unjudged: null, measures: [drift(0.02)] }));
  await run(tally, 'examineWindow', place, () => ({ unjudged: null, measures: [drift(0.05)] }));
  const name = 'slipway_monitor_limit_used_ratio{target="local",endpoint="digits",kind="drift",subject="inputs.age"}';
  expect(shown(tally)[name]).toBeCloseTo(0.5);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 160_000);
  expect(shown(tally)).not.toHaveProperty([name]);
});

test('an attempt that fails is not counted: the next one will be', async () => {
  const tally = new Tally();
  const failing = run(tally, 'watchGate', watched, () => Promise.reject(new Error('the worker ends')));
  await expect(failing).rejects.toThrow('the worker ends');
  expect(shown(tally)).toEqual({});
});

test('an open watch shows when it last saw evidence, and of two on one gate the one that has been blind longer', () => {
  const tally = new Tally();
  const gate = { target: 'local', endpoint: 'digits', stage: 'canary' } as const;
  const name = 'slipway_watch_last_sighted_timestamp_seconds{target="local",endpoint="digits",stage="canary"}';
  const end = tally.watching(gate, () => 5_000);
  const endOther = tally.watching(gate, () => 9_000);
  expect(shown(tally)).toEqual({ [name]: 5 });
  end();
  expect(shown(tally)).toEqual({ [name]: 9 });
  endOther();
  expect(shown(tally)).toEqual({});
});

test('alerts are counted by kind of receiver, and by whether they got through', () => {
  const tally = new Tally();
  tally.delivered('slack', true);
  tally.delivered('slack', false);
  expect(shown(tally)).toEqual({
    'slipway_alert_deliveries_total{receiver="slack",result="delivered"}': 1,
    'slipway_alert_deliveries_total{receiver="slack",result="failed"}': 1,
  });
});

test('a worker shows its queues, its database, how late gates were, and what Temporal tells', async () => {
  const gauge = new WatchGauge();
  gauge.judged('canary', 400);
  gauge.judged('canary', 4_000);
  const sources: MetricSources = {
    workers: [{ options: { taskQueue: 'slipway' }, getState: () => 'RUNNING' }] as unknown as MetricSources['workers'],
    pool: { totalCount: 5, idleCount: 3, waitingCount: 1 },
    gauge,
    tally: new Tally(),
    asked: [() => Promise.resolve([series(WORKER_METRICS.temporalAnswers, [[{}, 1]])])],
    temporal: {
      exporter: { prometheus: { bindAddress: '' } },
      read: () => Promise.resolve('temporal_num_pollers 4\n'),
    },
  };
  const seen = scraped(await readMetrics(sources));
  expect(Object.fromEntries(seen)).toMatchObject({
    'slipway_worker_queue_up{queue="slipway"}': 1,
    'slipway_worker_database_connections{state="busy"}': 2,
    'slipway_gate_lateness_seconds_bucket{stage="canary",le="0.5"}': 1,
    'slipway_gate_lateness_seconds_bucket{stage="canary",le="5"}': 2,
    slipway_worker_rollouts_known: 1,
    temporal_num_pollers: 4,
  });
});
