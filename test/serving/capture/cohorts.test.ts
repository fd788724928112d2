import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCohortRing } from '../../../serving/capture/labels/cohort-ring.ts';
import { createCohorts } from '../../../serving/capture/labels/cohorts.ts';
import type { Cohorts } from '../../../serving/capture/labels/cohorts.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'slipway-cohorts-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START = 1_700_000_000_000;
const EVERY_MS = 10_000;
const fence = (sequence: number) => ({ epoch: 3, sequence });
const at = (seconds: number, sequence = 1) => ({ at: START + seconds * 1000, fence: fence(sequence) });
const batch = (endpoint: string, index: number, seconds: number, sequence = 1) => {
  const counts = { n: 1, errors: 0, timeouts: 0, rejected: 0, latency: [], users: null };
  const arms = ['v1', 'v2'].map((version) => ({ version, ...counts }));
  return { endpoint, index, fence: fence(sequence), opened: new Date(START + seconds * 1000).toISOString(), arms };
};

function opened(endpoint: string, everyMs = EVERY_MS): Cohorts {
  const cohorts = createCohorts((name, length) => openCohortRing(folder, name, length));
  cohorts.begin(endpoint, everyMs);
  return cohorts;
}

test('predictions of one batch are found together by when they were made, and by the fence', () => {
  const cohorts = opened('together');
  cohorts.addPredictions('together', at(1), 'v1', 3);
  cohorts.addPredictions('together', at(9), 'v1', 1);
  cohorts.addPredictions('together', at(9, 2), 'v2', 5);
  cohorts.addPredictions('together', at(11), 'v1', 7);
  cohorts.addBatch(batch('together', 40, 0));
  expect(cohorts.find('together', at(4))).toMatchObject({
    index: 40,
    versions: { v1: { predictions: 4, labelled: 0 }, v2: { predictions: 0, labelled: 0 } },
  });
  expect(cohorts.find('together', at(4, 2))).toMatchObject({ index: null, versions: { v2: { predictions: 5 } } });
  expect(cohorts.find('together', at(10))).toMatchObject({ index: null, versions: { v1: { predictions: 7 } } });
  expect(cohorts.find('together', at(4, 9))).toBeNull();
  expect(cohorts.areTogether('together', at(0), at(9))).toBe(true);
  expect(cohorts.areTogether('together', at(9), at(10))).toBe(false);
});

test('what ended late under an old fence makes no cohort of its own', () => {
  const cohorts = opened('late');
  cohorts.addBatch(batch('late', 5, 0));
  cohorts.addBatch(batch('late', 6, 4));
  expect(cohorts.find('late', at(8))?.index).toBe(5);
});

test('the next process knows what the last one knew, for thousands of batches', () => {
  const before = opened('kept');
  for (let i = 0; i < 5000; i += 1) {
    before.addPredictions('kept', at(10 * i), 'v1', i);
    before.addBatch(batch('kept', i, 10 * i));
    before.addLabels('kept', at(10 * i), 'v1', 2);
  }
  before.close();
  const after = opened('kept');
  for (const i of [0, 1234, 4999])
    expect(after.find('kept', at(10 * i))).toMatchObject({
      index: i,
      versions: { v1: { predictions: i, labelled: 2 } },
    });
  expect(after.find('kept', at(60_000))).toBeNull();
});

test('what is older than the file reaches back is unknown, and not taken for something newer', () => {
  const cohorts = opened('old');
  cohorts.addBatch(batch('old', 1, 0));
  cohorts.addBatch(batch('old', 2, 10 * 32_768));
  expect(cohorts.find('old', at(0))).toBeNull();
  expect(cohorts.find('old', at(10 * 32_768))?.index).toBe(2);
});

test('another length of batch begins anew, and leaves no file of the old one', () => {
  const cohorts = opened('length');
  cohorts.addBatch(batch('length', 1, 0));
  cohorts.begin('length', 20_000);
  expect(cohorts.find('length', at(0))).toBeNull();
  expect(readdirSync(folder).filter((name) => name.startsWith('length.'))).toEqual(['length.20000.ring']);
});

test('a slot that was half written is no slot, and more fences in one interval than fit cost only the oldest', () => {
  const cohorts = opened('torn');
  cohorts.addBatch(batch('torn', 1, 0));
  cohorts.close();
  truncateSync(join(folder, `torn.${EVERY_MS}.ring`), (Math.floor(START / EVERY_MS) % 32_768) * 512 + 20);
  const again = opened('torn');
  expect(again.find('torn', at(0))).toBeNull();
  for (let sequence = 1; sequence < 30; sequence += 1) again.addBatch(batch('torn', sequence, 0, sequence));
  again.close();
  const last = opened('torn');
  expect(last.find('torn', at(0, 29))?.index).toBe(29);
  expect(last.find('torn', at(0, 1))).toBeNull();
});
