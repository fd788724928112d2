import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRow } from '../../../activities/outcomes/read-row.ts';
import type { SourceRow } from '../../../activities/outcomes/source.ts';
import { MOST_REWARD } from '../../../domain/ab.ts';

const ROW: SourceRow = { id: 'order-1', row: null, at: '2026-11-24T08:31:00.000Z', label: 'yes', rewards: {} };
const read = (part: Partial<SourceRow>) => readRow('digits', { ...ROW, ...part });

describe('a row of somebody else’s database', () => {
  test.for([
    ['a label as it is', { label: true }, { label: true }],
    ['blanks around an id and a label for nothing', { id: ' order-1 ', label: ' yes ' }, { label: 'yes' }],
    ['the row of a batch, whatever the type of its column', { row: '3' }, { row: 3, label: 'yes' }],
    ['rewards that there are, and those that happened or not as 1 and 0', { label: null, rewards: { paid: true, left: false, spent: null, basket: 12.5 } }, { rewards: { paid: 1, left: 0, basket: 12.5 } }], // prettier-ignore
    ['both', { rewards: { paid: 2 } }, { label: 'yes', rewards: { paid: 2 } }],
  ] as const)('is taken with %s', ([, part, taken]) => {
    expect(read(part)).toEqual({ endpoint: 'digits', requestId: 'order-1', row: 0, at: ROW.at, ...taken });
  });

  test.for([
    ['no id', { id: null }, 'it has no id'],
    ['an empty id', { id: '  ' }, 'it has no id'],
    ['an id that fits into no index', { id: 'x'.repeat(201) }, 'its id is longer than 200 characters'],
    ['no time', { at: null }, 'it has no time'],
    ['a row that is none', { row: '-1' }, 'its row "-1" is no whole number from 0'],
    ['half a row', { row: '1.5' }, 'its row "1.5" is no whole number from 0'],
    ['a label of several values', { label: ['yes'] }, 'its label is a list or an object, not one value'],
    ['a document for a label', { label: 'x'.repeat(1_001) }, 'its label is longer than 1000 characters'],
    ['nothing to say', { label: '  ' }, 'it has no label'],
    ['a reward in words', { rewards: { paid: 'much' } }, `its paid is no number within ${MOST_REWARD}`],
    ['a reward that is no number', { rewards: { paid: NaN } }, `its paid is no number within ${MOST_REWARD}`],
    [
      'a reward beyond all measure',
      { rewards: { paid: -2 * MOST_REWARD } },
      `its paid is no number within ${MOST_REWARD}`,
    ],
  ] as const)('with %s is refused with the reason', ([, part, why]) => expect(read(part)).toBe(why));

  test('whatever it holds is taken or refused, and never a fault of the pull', () => {
    const text = fc.option(fc.string(), { nil: null });
    const row = fc.record({
      ...{ id: text, row: text, at: text, label: fc.anything() },
      rewards: fc.dictionary(fc.string(), fc.anything()),
    });
    fc.assert(
      fc.property(row, (given) => {
        const outcome = readRow('digits', given);
        if (typeof outcome !== 'string') expect(outcome.requestId.length).toBeGreaterThan(0);
      }),
    );
  });
});
