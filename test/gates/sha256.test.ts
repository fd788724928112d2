import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../gates/sha256.ts';

test('gives what Node’s own SHA-256 gives, at every length around a block and in any script', () => {
  const expected = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  for (let length = 0; length < 200; length += 1) expect(sha256('x'.repeat(length))).toBe(expected('x'.repeat(length)));
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => sha256(text) === expected(text)));
});
