import { describe, expect, test } from 'vitest';
import type { ArmCounts, GateBatch } from '../../../domain/gate-batch.ts';
import {
  planMonitor,
  type Finding,
  type Measure,
  type MonitorPlan,
  type MonitorSpec,
} from '../../../domain/monitor.ts';
import { detect, type DetectorMemory } from '../../../gates/monitor/detect.ts';
import { arm, sketch } from '../support/batches.ts';
import { binomial, latency, random } from '../support/random.ts';

const VERSION = 'v1-111111111111';
const BATCH_MS = 60_000;
const HOUR = 12; // windows of five minutes
const DAY = 24 * HOUR;

describe('a version that is as it always was', () => {
  test('raises no alarm in two weeks, with errors, slow requests and a daily rhythm of its own', () => {
    const next = random(7);
    const watch = monitor();
    const found = watch.windows(14 * DAY, (window) => {
      const n = Math.round(30 + 25 * Math.sin((2 * Math.PI * window) / DAY));
      return healthy(next, n, { errors: binomial(next, n, 0.01) });
    });
    expect(found).toEqual([]);
  });

  test('is remembered in a few KB, however long it is watched', () => {
    const next = random(8);
    const watch = monitor();
    watch.windows(10 * DAY, () => healthy(next, 40, { outputs: { prediction: [20, 19, 1, 0, 0] } }));
    expect(JSON.stringify(watch.memory).length).toBeLessThan(6_000);
  });
});

describe('errors', () => {
  test('above what is usual are a warning, and beyond the absolute limit critical', () => {
    const next = random(1);
    const spike = (rate: number) => {
      const watch = monitor();
      watch.windows(DAY, () => healthy(next, 100, { errors: binomial(next, 100, 0.001) }));
      return watch.windows(4, () => healthy(next, 100, { errors: binomial(next, 100, rate) }));
    };
    expect(spike(0.001)).toEqual([]);
    expect(spike(0.04)).toContainEqual(expect.objectContaining({ kind: 'errors', severity: 'warning' }));
    expect(spike(0.5)).toContainEqual(expect.objectContaining({ kind: 'errors', severity: 'critical', limit: 0.05 }));
  });

  test('of one bad minute are no finding', () => {
    const next = random(2);
    const watch = monitor();
    watch.windows(DAY, () => healthy(next, 100));
    let minute = 0;
    expect(watch.windows(HOUR, () => healthy(next, 100, { errors: minute++ === 7 ? 80 : 0 }))).toEqual([]);
  });

  test('beyond the absolute limit are found where nothing is known of what is usual', () => {
    const found = monitor().windows(1, () => arm(VERSION, 50, { errors: 25 }));
    expect(found).toMatchObject([{ subject: 'errors', severity: 'critical', value: 0.5 }]);
  });

  test('end with the first window that is within the limit, and are not learnt as usual while they last', () => {
    const next = random(3);
    const watch = monitor();
    watch.windows(DAY, () => healthy(next, 100));
    const bad = () => healthy(next, 100, { errors: binomial(next, 100, 0.04) });
    expect(watch.windows(2 * DAY, bad).length).toBeGreaterThan(2 * DAY - 6);
    expect(watch.windows(3, () => healthy(next, 100))).toEqual([]);
    expect(watch.windows(5, bad).length).toBeGreaterThan(0);
  });

  test('of users that stay are believed only when more than a few of them meet them', () => {
    const few = { users: 10, requestsSquared: 1_000, badSquared: 25, requestsTimesBad: 50 };
    const spike = (users: ArmCounts['users']) => {
      const watch = monitor();
      watch.windows(DAY, () => arm(VERSION, 100, { users }));
      return watch.windows(3, () => arm(VERSION, 100, { errors: 5, users })).length;
    };
    expect(spike(null)).toBeGreaterThan(0);
    expect(spike(few)).toBe(0);
  });

  test('are not the only answers that count: so do rejected requests', () => {
    const next = random(4);
    const watch = monitor();
    watch.windows(DAY, () => healthy(next, 100));
    const found = watch.windows(2, () => healthy(next, 100, { rejected: 30 }));
    expect(found).toContainEqual(expect.objectContaining({ kind: 'errors', subject: 'rejected' }));
  });
});

describe('latency', () => {
  const slow = (next: () => number, times: number) => () =>
    arm(VERSION, 60, { latency: sketch(Array.from({ length: 60 }, () => times * latency(next, 60))) });

  test('far above what is usual is a warning, and a little more is nothing', () => {
    const next = random(5);
    const watch = monitor();
    watch.windows(DAY, slow(next, 1));
    expect(watch.windows(HOUR, slow(next, 1.15))).toEqual([]);
    expect(watch.windows(2, slow(next, 3))).toContainEqual(
      expect.objectContaining({ kind: 'latency', subject: 'p99', severity: 'warning' }),
    );
  });

  test('beyond the absolute limit is critical, from the first window on', () => {
    const found = monitor({ latency: { p99Ms: 100 } }).windows(1, slow(random(6), 3));
    expect(found).toMatchObject([{ kind: 'latency', severity: 'critical', limit: 100 }]);
  });
});

describe('memory', () => {
  const used = (bytes: number): Partial<ArmCounts> => ({
    resources: { replicas: 1, samples: 6, cpuSeconds: 1, memoryBytes: bytes },
  });

  test('that grows by a tenth an hour is a leak within four hours, and none once it stays', () => {
    const next = random(9);
    const watch = monitor();
    let bytes = 1e9;
    const grow = (rate: number) => () => arm(VERSION, 50, used((bytes *= 1 + rate / 60) * (0.99 + 0.02 * next())));
    expect(watch.windows(DAY, grow(0))).toEqual([]);
    const found = watch.windows(4 * HOUR, grow(0.1));
    expect(found[0]).toMatchObject({ kind: 'resources', subject: 'memory', limit: expect.closeTo(0.02) as number });
    expect(found[0]?.value).toBeCloseTo(0.1, 1);
    watch.windows(2 * HOUR, grow(0));
    expect(watch.windows(HOUR, grow(0))).toEqual([]);
  });
});

describe('use', () => {
  /** So many requests in a batch, at so many milliseconds of processor time each, more or less, and what the server does when idle. */
  const costing = (next: () => number, n: number, { ms = 20, idleMs = 0, bytes = 1e9, known = true } = {}) => {
    const cpuSeconds = (n * ms * Math.exp(0.6 * (next() - 0.5)) + idleMs) / 1000;
    const idle = known ? { idleCpuSeconds: idleMs / 1000 } : {};
    return arm(VERSION, n, { resources: { replicas: 1, samples: 6, cpuSeconds, memoryBytes: bytes, ...idle } });
  };
  const rhythm = (window: number) => Math.round(60 + 55 * Math.sin((2 * Math.PI * window) / DAY));

  test('of the processor for twice as long a request is a finding within an hour of such minutes, a quarter more is none', () => {
    const next = random(11);
    const watch = monitor();
    watch.windows(DAY, () => costing(next, 50));
    expect(watch.windows(DAY, () => costing(next, 50, { ms: 25 }))).toEqual([]);
    const found = watch.windows(HOUR, () => costing(next, 50, { ms: 50 }));
    expect(found[0]).toMatchObject({ kind: 'resources', subject: 'processor time', severity: 'warning' });
    expect(found[0]?.summary).toMatch(
      /^processor time: [45]\d\.?\d* ms a request, 2\d\.?\d* ms a request is usual; up to 3\d/,
    );
    expect(found[0]?.limit).toBeCloseTo(0.031, 2);
  });

  test('is no finding in hours with few requests, on which all falls that a server does without any', () => {
    const next = random(12);
    const quiet = (known: boolean) => {
      const watch = monitor();
      return watch.windows(7 * DAY, (window) => costing(next, rhythm(window), { idleMs: 600, known }));
    };
    expect(quiet(false)).toEqual([]);
    expect(quiet(true)).toEqual([]);
  });

  test('is no finding where idle time is most of it, at half of the usual load, or while caches fill on the first day', () => {
    const next = random(15);
    const watch = monitor();
    const load = () => Math.round(55 + 90 * next());
    expect(watch.windows(4 * DAY, () => costing(next, load(), { ms: 2, idleMs: 3_000, known: false }))).toEqual([]);
    const young = monitor();
    const filling = (window: number) => costing(next, 50, { bytes: window < 6 ? 6e8 : 1e9 });
    expect(young.windows(14 * DAY, filling)).toEqual([]);
  });

  test('of memory that has doubled at once is a finding, for as long as it stays', () => {
    const next = random(13);
    const watch = monitor();
    watch.windows(DAY, () => costing(next, 50));
    const found = watch.windows(12 * HOUR, () => costing(next, 50, { bytes: 2e9 }));
    expect(found.at(-1)).toMatchObject({ subject: 'memory in use', value: expect.closeTo(2e9, -3) as number });
    expect(found.at(-1)?.summary).toMatch(
      /^memory in use: 2000 MB, 10\d\d MB is usual; up to 15\d\d MB is no finding$/,
    );
    watch.windows(HOUR, () => costing(next, 50));
    expect(watch.windows(HOUR, () => costing(next, 50))).toEqual([]);
  });

  test('of tokens: answers twice as long are a finding', () => {
    const watch = monitor();
    const answers = (output: number) => () =>
      arm(VERSION, 20, { tokens: { answers: 20, input: 400, output: 20 * output } });
    watch.windows(DAY, answers(80));
    expect(watch.windows(DAY, answers(100))).toEqual([]);
    expect(watch.windows(HOUR, answers(200))[0]).toMatchObject({ kind: 'resources', subject: 'length of answers' });
  });
});

test('what a window measured is told, finding or not, with what would be one', () => {
  const next = random(14);
  const watch = monitor();
  watch.windows(DAY, () =>
    arm(VERSION, 50, { resources: { replicas: 1, samples: 6, cpuSeconds: 1, memoryBytes: 4e8 } }),
  );
  expect(watch.measures.map(({ kind, subject, unit }) => [kind, subject, unit])).toEqual([
    ['resources', 'processor time', 'seconds'],
    ['resources', 'memory in use', 'bytes'],
  ]);
  expect(watch.measures[1]).toMatchObject({
    value: expect.closeTo(4e8, -2) as number,
    limit: expect.closeTo(6e8, -2) as number,
  });
  watch.windows(1, () => healthy(next, 50));
  expect(watch.measures, 'the last that is known').toHaveLength(2);
});

describe('outputs', () => {
  test('of a kind that is rare as a rule are outliers, and a shift among common ones is not', () => {
    const watch = monitor();
    const answers =
      (...prediction: number[]) =>
      () =>
        arm(VERSION, 50, { outputs: { prediction } });
    watch.windows(DAY, answers(30, 20, 0, 0));
    expect(watch.windows(HOUR, answers(20, 30, 0, 0))).toEqual([]);
    expect(watch.windows(1, answers(20, 20, 0, 10))).toMatchObject([{ kind: 'outliers', subject: 'prediction' }]);
  });
});

describe('silence', () => {
  test('is a finding where requests came, and none on an endpoint that nobody ever called', () => {
    expect(monitor().windows(DAY, () => arm(VERSION, 0))).toEqual([]);
    const watch = monitor();
    watch.windows(HOUR, () => arm(VERSION, 10));
    const found = watch.windows(HOUR, () => arm(VERSION, 0));
    expect(found).toHaveLength(6);
    expect(found[0]).toMatchObject({ kind: 'silence', subject: 'requests' });
  });

  test('of every night is learnt in the first one', () => {
    const watch = monitor();
    const nights = (window: number) => arm(VERSION, window % DAY < 8 * HOUR ? 0 : 10);
    watch.windows(2 * DAY, nights);
    expect(watch.windows(3 * DAY, nights)).toEqual([]);
    expect(watch.windows(15 * HOUR, () => arm(VERSION, 0)).length).toBeGreaterThan(0);
  });

  test('of the evidence itself is told as such', () => {
    const watch = monitor();
    watch.windows(HOUR, () => arm(VERSION, 10));
    expect(watch.windows(HOUR, () => null)[0]).toMatchObject({ kind: 'silence', subject: 'evidence' });
  });
});

function healthy(next: () => number, n: number, parts: Partial<ArmCounts> = {}): ArmCounts {
  return arm(VERSION, n, { latency: sketch(Array.from({ length: n }, () => latency(next, 60))), ...parts });
}

/** A monitor of windows of five minutes, each of five batches. */
function monitor(spec: MonitorSpec = {}) {
  const plan = planMonitor(spec, { errorRate: 0.05, p99Ms: null }) as MonitorPlan;
  const watch = {
    memory: {} as DetectorMemory,
    measures: [] as readonly Measure[],
    now: Date.parse('2026-01-01T00:00:00Z'),
    windows(count: number, counts: (window: number) => ArmCounts | null): Finding[] {
      return Array.from({ length: count }, (_, window) => {
        const batches = Array.from({ length: 5 }, () => next(counts(window))).filter((batch) => batch !== null);
        const to = new Date(watch.now).toISOString();
        const looked = detect(watch.memory, { version: VERSION, batches, to, plan });
        // As it comes back from a workflow's history.
        watch.measures = looked.measures;
        watch.memory = JSON.parse(JSON.stringify(looked.memory)) as DetectorMemory;
        return looked.findings;
      }).flat();
    },
  };
  return watch;

  function next(counts: ArmCounts | null): GateBatch | null {
    const opened = new Date(watch.now).toISOString();
    const sealed = new Date((watch.now += BATCH_MS)).toISOString();
    const place = { endpoint: 'digits', fence: { epoch: 1, sequence: 1 }, index: 0, hash: '' };
    return counts && { ...place, opened, sealed, arms: [counts], pairs: [], labels: [], lost: 0 };
  }
}
