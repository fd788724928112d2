import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CaptureSettings } from '../../../domain/serving-contract.ts';
import type { Bins } from '../../../domain/bins.ts';
import type { NamedProfile } from '../../../domain/profile.ts';
import { MOST_BINS, binCount, binOf, binsOf } from '../../../domain/bins.ts';
import { MOST_FEATURES } from '../../../serving/capture/features/choose.ts';
import { createFeatureReader } from '../../../serving/capture/features/feature-reader.ts';
import { createFeatureTally } from '../../../serving/capture/features/endpoint-bins.ts';
import type { EndpointBins } from '../../../serving/capture/features/endpoint-bins.ts';
import { SAMPLE } from '../../../serving/capture/features/learner.ts';
import { createProfiles } from '../../../serving/capture/profile.ts';
import type { Profiles } from '../../../serving/capture/profile.ts';
import { observed } from '../support/observations.ts';

const SETTINGS: CaptureSettings = { sample: 1, redact: [], retentionDays: 7, userHeader: null, tolerance: 0 };
const body = (value: unknown) => ({ text: JSON.stringify(value), isSkipped: false });
const value = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.string(), fc.boolean(), fc.constant(null));

let clock = 0;

/** Shows a reader so many requests of stable, a second apart, and returns the bins it has learnt from them. */
function learn(
  profiles: Profiles,
  request: (i: number) => unknown,
  answer: (i: number) => unknown = () => ({ predictions: [1] }),
  settings = SETTINGS,
): EndpointBins | null {
  const reader = createFeatureReader('digits', profiles);
  for (let i = 0; i < SAMPLE; i += 1) {
    const observation = observed({ request: body(request(i)), response: body(answer(i)) });
    reader.read(observation, settings, { now: (clock += 1000), isStable: true });
  }
  return reader.bins([]);
}

function fresh(folder: string | null = null): Profiles {
  const profiles = createProfiles(folder);
  profiles.begin('digits', 'digits');
  return profiles;
}

test('every value falls into exactly one bin, whatever the bins were made from', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), value, (sample, any) => {
      const bins = binsOf(sample);
      if (bins === null) return;
      expect(binCount(bins)).toBeLessThanOrEqual(MOST_BINS + 2);
      for (const each of [...sample, any]) {
        const bin = binOf(bins, each);
        expect(Number.isInteger(bin) && bin >= 0 && bin < binCount(bins)).toBe(true);
      }
    }),
  );
});

test('numbers are spread evenly over ten bins, with one more for those that are missing', () => {
  const sample = Array.from({ length: 1000 }, (_, i) => Math.exp(((i * 7919) % 1000) / 100));
  const bins = binsOf(sample);
  const counts = new Array<number>(11).fill(0);
  for (const each of [...sample, null, 'text']) counts[bins ? binOf(bins, each) : 0]! += 1;
  expect(counts).toEqual([100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 2]);
});

test('of many categories the ten commonest have bins, the rest has one, and missing values have one', () => {
  const sample = Array.from({ length: 300 }, (_, i) => `city-${Math.floor(Math.sqrt(i))}`);
  const bins = binsOf(sample);
  expect(bins && binCount(bins)).toBe(12);
  expect(bins && [null, 'city-0', 'nowhere'].map((city) => binOf(bins, city))).toEqual([10, 11, 11]);
});

test('the features are at most eight, those that tell most, and no id, text, counter or clock', () => {
  const bins = learn(fresh(), (i) => ({
    dataframe_records: [
      {
        ...{ id: `user-${i}`, at: 1_700_000_000 + i * 3, always: 'same', note: null },
        ...Object.fromEntries(Array.from({ length: 7 }, (_, f) => [`x${f}`, Math.sin(i * (f + 1))])),
        ...{ plan: ['free', 'paid'][i % 2], rare: i % 50 === 0 },
      },
    ],
  }));
  const names = Object.keys(bins?.inputs ?? {});
  expect(names).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'plan']);
  expect(names).toHaveLength(MOST_FEATURES);
});

test.for([
  ['a class', 3, ['prediction']],
  ['class probabilities', [0.2, 0.8], ['class', 'score']],
  ['several numbers', [4, 7.5], ['0', '1']],
  ['a record', { label: 'cat', score: 0.7, box: [1, 2] }, ['label', 'score']],
  ['nothing else than itself', [[5]], ['prediction']],
] as const)('%s is counted as what it is, also if stable never answers anything else', ([, prediction, names]) => {
  const bins = learn(
    fresh(),
    (i) => ({ inputs: [[i % 13, i]] }),
    () => ({ predictions: [prediction] }),
  );
  expect(Object.keys(bins?.outputs ?? {})).toEqual(names);
});

test('what is redacted is never learnt, never counted, and no longer counted when it comes to be', () => {
  const request = (i: number) => ({ dataframe_split: { columns: ['age', 'x'], data: [[i % 17, Math.cos(i)]] } });
  const answer = () => ({ predictions: [{ age: 40, score: 0.5 }] });
  const settings = { ...SETTINGS, redact: ['age'] };
  const bins = learn(fresh(), request, answer, settings);
  expect([Object.keys(bins?.inputs ?? {}), Object.keys(bins?.outputs ?? {})]).toEqual([['x'], ['score']]);

  const profiles = fresh();
  learn(profiles, request, answer);
  expect(Object.keys(createFeatureReader('digits', profiles).bins(['age'])?.inputs ?? {})).toEqual(['x']);
  // Columns without names cannot be told from redacted ones.
  const unnamed = learn(fresh(), (i) => ({ inputs: [[i % 17, Math.cos(i)]] }), undefined, settings);
  expect(unnamed?.inputs).toEqual({});
});

test('the next process counts by the same bins, a new model gets its own, and no text of a user is on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'));
  const request = (i: number) => ({ dataframe_records: [{ name: ['Ann', 'Bob'][i % 2], x: Math.sin(i) }] });
  const bins = learn(fresh(folder), request);
  expect(bins).not.toBeNull();
  expect(learn(fresh(folder), () => ({ inputs: [[1]] }))).toEqual(bins);
  expect(readFileSync(join(folder, 'digits.json'), 'utf8')).not.toMatch(/Ann|Bob/);
  const other = createProfiles(folder);
  other.begin('digits', 'another model');
  expect(other.of('digits').bins).toBeNull();
  rmSync(folder, { recursive: true });
});

test('only stable’s answers fix the bins, and all arms are counted by them', () => {
  const profiles = fresh();
  const reader = createFeatureReader('digits', profiles);
  for (let i = 0; i < 3 * SAMPLE; i += 1) {
    const candidate = observed({ arm: 'v2', request: body({ inputs: [[i]] }), response: body({ predictions: [9] }) });
    expect(reader.read(candidate, SETTINGS, { now: (clock += 1000), isStable: false })).toBeNull();
  }
  const bins = learn(
    profiles,
    (i) => ({ inputs: [[(i * 7919) % 200]] }),
    (i) => ({ predictions: [i % 2] }),
  );
  if (bins === null) throw new Error('no bins');
  const tally = createFeatureTally(bins);
  const of = (change: Parameters<typeof observed>[0]) => {
    const candidate = observed({ arm: 'v2', version: 'v2', request: body({ inputs: [[7]] }), ...change });
    const asked = reader.read(candidate, SETTINGS, { now: (clock += 1000), isStable: false });
    if (asked) tally.add(asked);
  };
  of({ response: body({ predictions: [1] }) });
  of({ response: body({ predictions: ['one'] }) });
  // Another version's answer is no answer of this one's.
  of({ response: body({ predictions: [1] }), version: 'v1' });
  of({ response: body({ message: 'no' }), status: 500 });
  of({ request: { text: null, isSkipped: true } });
  of({ request: { text: 'no json', isSkipped: false } });
  expect(tally.build()).toEqual({
    inputs: { '0': [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    outputs: { prediction: [0, 1, 0, 1] },
  });
});

test('however busy an endpoint is, two hundred requests a second are counted by feature, and no more', () => {
  const profiles = fresh();
  learn(profiles, (i) => ({ inputs: [[i % 50]] }));
  const reader = createFeatureReader('digits', profiles);
  const now = (clock += 10_000);
  const read = Array.from({ length: 500 }, () =>
    reader.read(observed({ request: body({ inputs: [[1]] }) }), SETTINGS, { now, isStable: true }),
  );
  expect(read.filter((asked) => asked !== null)).toHaveLength(200);
});

const edges = [0, 10, 20, 30];
const PROFILE: NamedProfile = {
  digest: 'sha256:1',
  profile: {
    ...{ format: 1, source: 'set.csv', sha256: 'sha256:2', rows: 40, columns: ['age', 'id', 'light'] },
    inputs: {
      age: { bins: { kind: 'numbers', edges }, counts: [0, 10, 10, 18, 0, 2], type: 'number', range: [1, 29] },
      light: {
        ...{ bins: binsOf(['day', 'night']) as Bins, counts: [20, 20, 0, 0] },
        ...{ type: 'text', range: null },
      },
    },
    outputs: {
      prediction: {
        ...{ bins: { kind: 'categories', values: ['0', '1'] }, counts: [20, 20, 0, 0] },
        ...{ type: 'whole', range: null },
      },
    },
  },
};

test('with a profile of stable, its bins count from the first request on, and what it knows as wrong is told', () => {
  const reader = createFeatureReader('digits', fresh());
  const bins = reader.bins([], PROFILE);
  if (bins === null) throw new Error('no bins');
  const tally = createFeatureTally(bins);
  const of = (request: unknown, prediction: unknown = [0], profile: NamedProfile | null = PROFILE) => {
    const observation = observed({ request: body(request), response: body({ predictions: prediction }) });
    const asked = reader.read(observation, SETTINGS, { now: (clock += 1000), isStable: true, profile });
    if (asked) tally.add(asked);
  };
  of({ dataframe_records: [{ light: 'day', age: 5 }] });
  of({ dataframe_records: [{ light: 'dusk', age: 99 }] }, [1]);
  of({ dataframe_records: [{ light: 'night' }] }, [{ label: 1 }]);
  // Without names the profile's columns give them, as they come.
  of({ inputs: [[25, 'id-7', 'night']] }, [7]);
  of({ inputs: [['25', 'id-8', 'night']] }, [[0.1, 0.2]]);
  // As many cells as no profile has.
  of({ inputs: [[1, 2]] });
  // Read a moment before the profile was there: by place, not by these features.
  of({ inputs: [[25, 'id-7', 'night']] }, [0], null);
  expect(tally.build(6)).toEqual({
    inputs: { age: [0, 1, 0, 1, 1, 3], light: [1, 3, 1, 1] },
    outputs: { prediction: [2, 2, 0, 1] },
    faults: { age: { range: 1, missing: 2, type: 1 }, light: { category: 1, missing: 1 } },
    violations: 3,
  });
  expect(tally.build(60).violations).toBeUndefined();
  expect(reader.bins(['age'], PROFILE)?.inputs).not.toHaveProperty('age');
});
