import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortNumbers } from '../../bench/drift/sort.ts';

test('numbers are sorted by their bits as by their values, whatever their sign and size', () => {
  const numbers = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer()), { maxLength: 500 });
  fc.assert(
    fc.property(numbers, (values) => {
      const sorted = sortNumbers(Float64Array.from(values), new Float64Array(values.length));
      expect([...sorted]).toEqual([...Float64Array.from(values).sort()]);
    }),
  );
});
