import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Compensation } from '../../domain/compensation.ts';
import { unwindOrder } from '../../domain/compensation.ts';
import { wholeRoute } from '../../domain/route.ts';

const restoreTraffic: Compensation = { kind: 'restoreTraffic', route: wholeRoute('v3') };
const version = { model: 'm', version: '4', digest: 'sha256:0', key: 'v4-0', source: 'models:/m/4', runId: null };
const retireVersion: Compensation = { kind: 'retireVersion', version };
const alias = (name: string): Compensation => ({ kind: 'restoreAlias', model: 'm', alias: name, version: '3' });

const compensations = fc.array(fc.constantFrom(restoreTraffic, retireVersion, alias('champion'), alias('other')));

test('traffic comes first, then the registry, then what costs only money', () => {
  expect(unwindOrder([retireVersion, alias('champion'), restoreTraffic]).map(({ kind }) => kind)).toEqual([
    'restoreTraffic',
    'restoreAlias',
    'retireVersion',
  ]);
});

test('of one kind, what was registered last is undone first', () => {
  expect(unwindOrder([alias('first'), alias('second')])).toEqual([alias('second'), alias('first')]);
});

test('nothing is lost, added or moved in what was registered', () => {
  fc.assert(
    fc.property(compensations, (registered) => {
      const before = [...registered];
      const order = unwindOrder(registered);
      expect(registered).toEqual(before);
      expect(new Set(order)).toEqual(new Set(registered));
      expect(order).toHaveLength(registered.length);
    }),
  );
});
