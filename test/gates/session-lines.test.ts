import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BEFORE_START, follow, orderFaults, type Order } from '../../gates/session/order.ts';
import { readLine, type SessionLine } from '../../gates/session/read-line.ts';

const CONFIG = {
  alpha: 0.05,
  beta: 0.05,
  max_batches: 60,
  min_batches: 5,
  margins: { error_rate_abs: 0.01, p95_ratio: 1.2 },
};
const START = { type: 'start', config: CONFIG };
const ARM = { n: 5, errors: 1, latencies_ms: [12, 3.5], labels: { n: 9, correct: 4 } };
const BATCH = {
  t: 1,
  weight: 0.2,
  stable: ARM,
  candidate: ARM,
  paired: { n: 8, stable_only_wrong: 1, candidate_only_wrong: 2 },
};
const CALIBRATION = { type: 'calibration', t: -5, replicas: [ARM, ARM] };

/** The paths at fault in a line that differs from a right one in the fields named, as in `{ 'config.alpha': 2 }`. */
function pathsOf(line: object, changes: Readonly<Record<string, unknown>>): string[] {
  const changed = JSON.parse(JSON.stringify(line)) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const holder = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, changed);
    holder[keys.at(-1) ?? ''] = value;
  }
  return readLine(JSON.stringify(changed)).faults.map(({ path }) => path);
}

describe('a line', () => {
  test.each([
    ['start', START, START],
    ['calibration', CALIBRATION, CALIBRATION],
    ['batch', BATCH, { type: 'batch', ...BATCH }],
    ['batch that says so', { type: 'batch', ...BATCH }, { type: 'batch', ...BATCH }],
  ])('of type %s is read as it is', (_, line, meant) => {
    expect(readLine(JSON.stringify(line))).toEqual({ line: meant, faults: [] });
  });

  test('may leave out what there is none of, or call it null', () => {
    const bare = {
      t: 1,
      weight: 0,
      stable: { n: 0, errors: 0 },
      candidate: { n: 0, errors: 0, labels: null },
      paired: null,
    };
    const none = { n: 0, errors: 0, latencies_ms: [] };
    expect(readLine(JSON.stringify(bare))).toEqual({
      line: { type: 'batch', t: 1, weight: 0, stable: none, candidate: none },
      faults: [],
    });
    const margins = { ...CONFIG.margins, p99_ratio: null };
    expect(readLine(JSON.stringify({ ...START, config: { ...CONFIG, margins, slo: null } }))).toEqual({
      line: START,
      faults: [],
    });
  });

  test('may carry fields of a later protocol, except a margin that this one would not judge', () => {
    expect(pathsOf(BATCH, { region: 'eu', 'stable.p99': 3 })).toEqual([]);
    expect(pathsOf(START, { 'config.note': 'x', 'config.slo': { success_rate_min: 0.99, region: 'eu' } })).toEqual([]);
    expect(pathsOf(START, { 'config.margins.p90_ratio': 1.2 })).toEqual(['config.margins.p90_ratio']);
    expect(pathsOf(START, { 'config.margins': JSON.parse('{"p95_ratio":2,"__proto__":1}') as unknown })).toEqual([
      'config.margins.__proto__',
    ]);
  });
});

describe('a fault is named by its path:', () => {
  test.each<[string, Record<string, unknown>]>([
    ['config', { config: null }],
    ['config.alpha', { 'config.alpha': 0 }],
    ['config.alpha', { 'config.alpha': 1 }],
    ['config.beta', { 'config.beta': '0.05' }],
    ['config.beta', { 'config.beta': undefined }],
    ['config.max_batches', { 'config.max_batches': 0, 'config.min_batches': 0 }],
    ['config.max_batches', { 'config.max_batches': 7.5 }],
    ['config.min_batches', { 'config.min_batches': 61 }],
    ['config.min_batches', { 'config.min_batches': -1 }],
    ['config.margins', { 'config.margins': {} }],
    ['config.margins', { 'config.margins': [] }],
    ['config.margins', { 'config.margins': { p50_ratio: null } }],
    ['config.margins.error_rate_abs', { 'config.margins.error_rate_abs': 0 }],
    ['config.margins.error_rate_abs', { 'config.margins.error_rate_abs': 1 }],
    ['config.margins.p95_ratio', { 'config.margins.p95_ratio': 1 }],
    ['config.margins.p95_ratio', { 'config.margins.p95_ratio': 0.2 }],
    ['config.slo.p99_ms_max', { 'config.slo': { p99_ms_max: 'fast' } }],
  ])('%s in a start, %j', (path, changes) => {
    expect(pathsOf(START, changes)).toEqual([path]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['t', { t: '1' }],
    ['t', { t: undefined }],
    ['weight', { weight: 1.01 }],
    ['weight', { weight: -0.01 }],
    ['stable', { stable: 7 }],
    ['candidate', { candidate: undefined }],
    ['candidate.n', { 'candidate.n': 9_007_199_254_740_992 }],
    ['candidate.errors', { 'candidate.errors': 6 }],
    ['candidate.errors', { 'candidate.errors': -1 }],
    ['candidate.errors', { 'candidate.errors': 0.5 }],
    ['candidate.latencies_ms', { 'candidate.latencies_ms': { 0: 1 } }],
    ['candidate.latencies_ms', { 'candidate.latencies_ms': [1, 1, 1, 1, 1, 1] }],
    ['candidate.latencies_ms[1]', { 'candidate.latencies_ms': [1, 0] }],
    ['candidate.latencies_ms[0]', { 'candidate.latencies_ms': [null, 3] }],
    ['candidate.labels', { 'candidate.labels': 4 }],
    ['candidate.labels.correct', { 'candidate.labels.correct': 10 }],
    ['paired.candidate_only_wrong', { 'paired.candidate_only_wrong': 9 }],
    ['paired', { 'paired.candidate_only_wrong': 8 }],
  ])('%s in a batch, %j', (path, changes) => {
    expect(pathsOf(BATCH, changes)).toEqual([path]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['replicas', { replicas: [] }],
    ['replicas', { replicas: ARM }],
    ['replicas[1].errors', { replicas: [ARM, { ...ARM, errors: 99 }] }],
    ['t', { t: null }],
  ])('%s in a calibration, %j', (path, changes) => {
    expect(pathsOf(CALIBRATION, changes)).toEqual([path]);
  });

  test('a number too large to be one', () => {
    const text = JSON.stringify({ ...BATCH, t: 'T' }).replace('"T"', '1e999');
    expect(readLine(text).faults).toEqual([{ path: 't', message: 'must be a finite number, not Infinity' }]);
  });

  test('all of a line at once', () => {
    expect(pathsOf(BATCH, { weight: 'much', 'stable.errors': -1, 'candidate.labels.correct': 10 })).toEqual([
      'weight',
      'stable.errors',
      'candidate.labels.correct',
    ]);
  });

  test('of tens of thousands, the first by name and the others by their number', () => {
    const { faults } = readLine(
      JSON.stringify({ ...BATCH, candidate: { n: 36_000, errors: 0, latencies_ms: Array(36_000).fill(-1) } }),
    );
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toEqual({
      path: 'candidate.latencies_ms',
      message: 'has 35980 more that are not a finite number of milliseconds above 0',
    });
  });

  test.each(['', '{', 'NaN', '{"t":NaN}', '7', 'null', '[]', '"start"', '{"type":"stop"}', '{"type":7}'])(
    'none, or the type, where %j is no line at all',
    (text) => {
      const { line, faults } = readLine(text);
      expect([line, faults.length]).toEqual([null, 1]);
    },
  );
});

describe('the order of lines', () => {
  const start: SessionLine = { type: 'start', config: { ...CONFIG, max_batches: 2 } };
  const none = { n: 0, errors: 0, latencies_ms: [] };
  const batch = (t: number): SessionLine => ({ type: 'batch', t, weight: 0, stable: none, candidate: none });
  const window = (t: number): SessionLine => ({ type: 'calibration', t, replicas: [none] });
  const after = (...lines: SessionLine[]): Order => lines.reduce(follow, BEFORE_START);

  test.each<[string, SessionLine[], SessionLine, string[]]>([
    ['a batch before a start', [], batch(1), ['']],
    ['a calibration before a start', [], window(-1), ['']],
    ['a calibration after the first batch', [start, batch(1)], window(-1), ['type']],
    ['the same calibration window again', [start, window(-1)], window(-1), ['t']],
    ['the same batch again', [start, batch(1)], batch(1), ['t']],
    ['a batch out of order', [start, batch(3)], batch(2), ['t']],
    ['more batches than were announced', [start, batch(1), batch(2)], batch(3), ['']],
    ['two faults of order at once', [start, batch(1), batch(2)], batch(2), ['t', '']],
  ])('refuses %s', (_, before, line, paths) => {
    expect(orderFaults(after(...before), line).map(({ path }) => path)).toEqual(paths);
  });

  test.each<[string, SessionLine[], SessionLine]>([
    ['calibration windows in any order', [start, window(-1)], window(-2)],
    ['a gap, as where an interval had no request', [start, batch(1)], batch(9)],
    ['a start at any time, after which everything begins again', [start, batch(5), batch(6)], start],
    ['an early batch after a new start', [start, batch(5), start], batch(1)],
  ])('allows %s', (_, before, line) => {
    expect(orderFaults(after(...before), line)).toEqual([]);
  });
});

describe('whatever comes', () => {
  test('is read without a throw, as a line or with a fault', () => {
    const near = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .constantFrom(START, BATCH, CALIBRATION)
        .chain((line) =>
          fc
            .tuple(fc.constantFrom(...leavesOf(line)), fc.jsonValue())
            .map(([path, value]) => replaced(line, path, value)),
        ),
    );
    fc.assert(
      fc.property(near, (text) => {
        const { line, faults } = readLine(text);
        expect(line !== null || faults.length > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a line read without a fault reads the same once more', () => {
    const count = fc.nat(50);
    const arm = fc.record({
      n: count,
      errors: count,
      latencies_ms: fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true })),
    });
    const batch = fc.record({
      t: fc.integer(),
      weight: fc.double({ min: 0, max: 1, noNaN: true }),
      stable: arm,
      candidate: arm,
      extra: fc.jsonValue(),
    });
    fc.assert(
      fc.property(batch, (sent) => {
        const { line, faults } = readLine(JSON.stringify(sent));
        if (faults.length === 0) expect(readLine(JSON.stringify(line))).toEqual({ line, faults: [] });
      }),
    );
  });
});

function leavesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))];
}

function replaced(line: object, path: readonly string[], value: unknown): string {
  let depth = 0;
  const put = (at: unknown): unknown => {
    const key = path[depth++];
    if (key === undefined) return value;
    return Array.isArray(at)
      ? at.map((inner: unknown, index) => (String(index) === key ? put(inner) : inner))
      : { ...(at as object), [key]: put((at as Record<string, unknown>)[key]) };
  };
  return JSON.stringify(put(line));
}
