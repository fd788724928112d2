import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { quietRuntime } from '../support/temporal.ts';

const HISTORIES = join(import.meta.dirname, '..', 'histories');

beforeAll(quietRuntime);

/** Append-only: a release that cannot replay one of them would break rollouts that run while it is installed. */
describe('rollouts recorded by earlier releases go on under this one', async () => {
  const names = (await readdir(HISTORIES)).filter((name) => name.endsWith('.json'));

  test('there are recordings of every way a rollout can end', () => {
    const endings = ['promoted', 'rolled-back', 'aborted', 'cancelled', 'held', 'continued'];
    expect(endings.filter((ending) => !names.some((name) => name.startsWith(ending)))).toEqual([]);
  });

  test.each(names)('%s', async (name) => {
    const history: unknown = JSON.parse(await readFile(join(HISTORIES, name), 'utf8'));
    await Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundle') } }, history);
  });
});
