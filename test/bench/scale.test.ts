import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeHost } from '../../bench/scale/fake-host.ts';
import { FakeRegistry, pinnedVersion } from '../../bench/scale/fake-registry.ts';
import { costPlot } from '../../bench/scale/plot.ts';
import { quantileOf } from '../../bench/scale/readings.ts';
import type { RouteReading } from '../../domain/serving-contract.ts';
import { splitRoute, wholeRoute } from '../../domain/route.ts';
import { WatchGauge } from '../../worker/watch-gauge.ts';

test('the gauge and its reader give any quantile to a tenth, whatever the order in which batches came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 300 }), (waits) => {
      const gauge = new WatchGauge();
      for (const wait of waits) gauge.judged('soak', wait);
      const exact = waits.toSorted((a, b) => a - b)[Math.ceil(0.99 * waits.length) - 1] ?? NaN;
      const read = quantileOf('soak', [gauge.read()], [], 0.99);
      expect(read).toBeGreaterThanOrEqual(exact);
      expect(read).toBeLessThanOrEqual(Math.ceil(exact * 1.11) + 1);
    }),
  );
});

test('what was counted before a phase is no part of it', () => {
  const gauge = new WatchGauge();
  for (let i = 0; i < 1_000; i += 1) gauge.judged('canary', 60_000);
  const before = gauge.read();
  gauge.judged('canary', 10);
  expect(quantileOf('canary', [gauge.read()], [before], 0.99)).toBeLessThan(12);
  expect(quantileOf('soak', [gauge.read()], [before], 0.99)).toBeNaN();
});

test('the fake host keeps the fence as the real one does', () => {
  const host = new FakeHost(() => 'v1-a');
  const put = (sequence: number, weight: number) =>
    host.answer('PUT', '/endpoints/e1/route', {
      fence: { epoch: 1, sequence },
      route: splitRoute('v1-a', 'v2-b', weight),
      label: '',
    });
  expect((host.answer('GET', '/endpoints/e1', null).body as { route: RouteReading }).route.desired).toEqual(
    wholeRoute('v1-a'),
  );
  expect(put(2, 1_000).status).toBe(200);
  expect(put(2, 1_000).status).toBe(200);
  expect(put(2, 5_000)).toMatchObject({ status: 409, body: { error: 'stale_fence' } });
  expect(put(1, 5_000)).toMatchObject({ status: 409, body: { error: 'stale_fence' } });
  expect(put(3, 5_000)).toMatchObject({ status: 200, body: { programmed: { fence: { epoch: 1, sequence: 3 } } } });
});

test('the fake registry holds two versions of different content', () => {
  const file = (version: string) =>
    new FakeRegistry().answer(
      'GET',
      `/api/2.0/mlflow-artifacts/artifacts/${version}/weights.txt`,
      new URLSearchParams(),
      null,
    ).body;
  expect(file('1')).not.toEqual(file('2'));
  expect(pinnedVersion('1').digest).not.toBe(pinnedVersion('2').digest);
});

test('the plot shows every point, each with its number', () => {
  const series = [
    {
      name: 'worker CPU',
      points: [
        [10, 0.02],
        [100, 0.05],
        [1_100, 0.31],
      ] as const,
    },
  ];
  const svg = costPlot('Cost', 'rollouts', series);
  expect(svg.match(/<circle/g)).toHaveLength(3);
  for (const [, y] of series[0]?.points ?? []) expect(svg).toContain(`>${y}<`);
});
