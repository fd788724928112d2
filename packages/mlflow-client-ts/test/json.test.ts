import { expect, test } from 'vitest';
import { encodeDouble, parseJson } from '../src/json.ts';
import { Message } from '../src/message.ts';

const call = { method: 'GET', path: '/x' };

test('bare NaN and infinities are read as numbers, and left alone inside strings', () => {
  const text = String.raw`{"a": NaN, "b": -Infinity, "c": Infinity, "d": "NaN \" Infinity", "e": [NaN], "NaN": 1}`;
  const message = new Message(parseJson(text), call);
  expect(message.double('a')).toBeNaN();
  expect(message.double('b')).toBe(Number.NEGATIVE_INFINITY);
  expect(message.double('c')).toBe(Number.POSITIVE_INFINITY);
  expect(message.text('d')).toBe('NaN " Infinity');
  expect(message.int('NaN')).toBe(1);
});

test('what is no JSON stays an error', () => {
  expect(() => parseJson('<html>NaN</html>')).toThrow(SyntaxError);
  expect(() => parseJson('{"a": 1')).toThrow(SyntaxError);
});

test('numbers that JSON cannot write are sent as the strings that MLflow reads', () => {
  expect([Number.NaN, Infinity, -Infinity, 0.5].map(encodeDouble)).toEqual(['NaN', 'Infinity', '-Infinity', 0.5]);
});

test('int64 fields come as numbers or strings, and nothing else passes for one', () => {
  const message = new Message({ a: '-12', b: 34, c: 1.5, d: '', e: 'x', f: true }, call);
  expect(message.int('a')).toBe(-12);
  expect(message.int('b')).toBe(34);
  for (const name of ['c', 'd', 'e', 'f']) expect(() => message.int(name)).toThrow(`'${name}' should be an integer`);
  expect(message.optionalInt('g')).toBeUndefined();
});

test('a wrong field deep in an answer is named by its path', () => {
  const message = new Message({ run: { data: { metrics: [{}, { key: 'a', value: 'x' }] } } }, call);
  const metric = message.message('run').message('data').messages('metrics')[1];
  expect(() => metric?.double('value')).toThrow(
    `MLflow GET /x: INVALID_RESPONSE: 'run.data.metrics[1].value' should be a number, got "x"`,
  );
});

test('a tag may have any key, even one that objects know', () => {
  const tags = [{ key: '__proto__', value: 'p' }, { key: 'constructor', value: 'c' }, { key: 'empty' }];
  const pairs = new Message({ tags }, call).pairs('tags');
  expect(Object.entries(pairs)).toEqual([
    ['__proto__', 'p'],
    ['constructor', 'c'],
    ['empty', ''],
  ]);
});
