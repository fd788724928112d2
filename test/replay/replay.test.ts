import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { quietRuntime } from '../support/temporal.ts';
import { CONTINUED } from './continued.ts';
import { endOf, readHistory, RECORDINGS } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

beforeAll(quietRuntime);

/** Append-only: a release that cannot replay one of them would break rollouts that run while it is installed. */
describe('rollouts recorded by earlier releases go on under this one', () => {
  test.each(RECORDINGS)('%s', async (name) => {
    await Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundle') } }, await readHistory(name));
  });
});

/** `RECORD_HISTORIES=1 npm test -- test/replay` adds what is missing. */
describe('every way a rollout can end has been recorded, and ends so in the recording', () => {
  const paths = Object.entries({ ...SCENARIOS, 'continued-soak-1': { ends: 'continued' }, ...CONTINUED });

  test.each(paths)('%s', async (name, { ends }) => {
    const recordings = RECORDINGS.filter((file) => file.replace(/\.\d+\.\d+\.\d+\.json$/, '') === name);
    expect(recordings, 'there is no recording').not.toEqual([]);
    for (const recording of recordings) expect(endOf(await readHistory(recording)), recording).toBe(ends);
  });
});
