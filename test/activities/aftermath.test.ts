import { expect, test } from 'vitest';
import { createAftermathActivities } from '../../activities/aftermath.ts';
import { aftermathOf } from '../../activities/outcome/aftermath-of.ts';
import { useDatabase } from '../store/database.ts';
import { depsWith } from '../support/deps.ts';
import { CANDIDATE, seal, STABLE } from './support/gate-batches.ts';
import { entry, facts } from './support/went-back.ts';

const db = useDatabase();
const usual = (sequence: number, version = STABLE) =>
  createAftermathActivities(depsWith({ pool: db.pool })).readUsual({
    ...{ target: 'local', endpoint: 'digits', epoch: 1, sequence, version },
  });

test('how a version served before comes from the batches before the fence that gave it its traffic back', async () => {
  await seal(db.pool, 'digits', 30, { n: 10, errors: 5 }, { n: 100, errors: 1 });
  expect(await usual(2)).toMatchObject({ requests: 3_000, errorRate: 0.01 });
  expect(await usual(1)).toBeNull();
  expect(await usual(2, 'v9-999999999999')).toBeNull();
});

test('a rollout that took traffic back is followed by a watch over stable, under the fence of the restored route', () => {
  const history = [entry(3, 'TrafficShifted', [1, 2], CANDIDATE), entry(4, 'TrafficRestored', [1, 5], STABLE)];
  expect(aftermathOf(facts(), history)).toMatchObject({
    ...{ version: STABLE, left: CANDIDATE, epoch: 1, sequence: 5, watchMs: 120_000, ledgerSequence: 4 },
  });
});

test('there is nothing to watch where no traffic was moved, or where the specification says so', () => {
  const restored = [entry(4, 'TrafficRestored', [1, 5], STABLE)];
  expect(aftermathOf(facts(), [])).toBeNull();
  expect(aftermathOf(facts(), [entry(3, 'TrafficShifted', [1, 2], CANDIDATE)])).toBeNull();
  expect(aftermathOf(facts({ rollback: { watch: '0s' } }), restored)).toBeNull();
});
