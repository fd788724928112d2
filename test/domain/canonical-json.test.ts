import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { canonicalJson } from '../../domain/gate-batch.ts';

/** The same value with the fields of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, field]) => [key, reversed(field)]));
}

test('equal values have equal text, whatever the order of their fields', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(reversed(value)) === canonicalJson(value)));
});

test('the text reads back as the value, so different values have different text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(text));
    }),
  );
});

test('absent and undefined fields are the same, and there is no white space', () => {
  expect(canonicalJson({ b: [1, { d: null, c: undefined }], a: 'ä "x"' })).toBe('{"a":"ä \\"x\\"","b":[1,{"d":null}]}');
});
