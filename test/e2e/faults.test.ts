import { afterAll, beforeAll, expect, test } from 'vitest';
import { HURRIED } from '../../bench/faults/real/lanes.ts';
import type { Cell } from '../../bench/faults/real/matrix.ts';
import { Rounds } from '../../bench/faults/real/rounds.ts';

const SEED = 5;
const FAULT_MS = 5_000;
/** Also for what must fail: it recovers. */
const LONGEST_MS = 60_000;

let rounds: Rounds;
beforeAll(async () => void (rounds = await Rounds.open(SEED, HURRIED)));
afterAll(() => rounds?.close());

/**
 * A sample of `npm run bench -- faults`: each fault meets a rollout on its way forward, one that is being aborted and one in a
 * soak that continues as new, under live traffic.
 */
const SAMPLE: readonly Cell[] = [
  { component: 'worker', fault: 'kill -9' },
  { component: 'Temporal server', fault: 'kill -9' },
  { component: 'PostgreSQL', fault: 'stop' },
  { component: 'MLflow', fault: 'connection refused' },
  { component: 'serving host', fault: 'kill -9' },
  { component: "candidate's model server", fault: 'kill -9' },
  { component: 'Envoy', fault: 'kill -9' },
];

test.each(SAMPLE)(
  '$component, $fault: every rollout ends with route, alias, ledger and traffic in agreement, and no request fails but those that must',
  async (cell) => {
    const { rows } = await rounds.play(cell, FAULT_MS);
    expect(rows.flatMap(({ path, notes = [] }) => notes.map((note) => `${path}: ${note}`))).toEqual([]);
    expect(rows.map(({ violations }) => violations)).toEqual([0, 0, 0]);
    for (const { failedRequests, mustFail, recoveryMs } of rows) {
      if (!mustFail) expect(failedRequests).toBe(0);
      expect(recoveryMs).toHaveLength(1);
      expect(recoveryMs[0]).toBeLessThan(LONGEST_MS);
    }
  },
);
