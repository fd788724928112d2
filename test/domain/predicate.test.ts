import { expect, test } from 'vitest';
import { parsePredicate, PredicateFault } from '../../domain/predicate.ts';
import { predicateSql } from '../../domain/predicate-sql.ts';

test('AND binds closer than OR, NOT closer than both', () => {
  const parts = parsePredicate(`NOT a = 1 AND b <> 'x' or "c d" >= -2.5`);
  expect(parts).toEqual({
    kind: 'any',
    of: [
      {
        kind: 'all',
        of: [
          { kind: 'not', of: { kind: 'compare', field: 'a', by: '=', value: 1 } },
          { kind: 'compare', field: 'b', by: '<>', value: 'x' },
        ],
      },
      { kind: 'compare', field: 'c d', by: '>=', value: -2.5 },
    ],
  });
});

test('IN, BETWEEN and IS NULL are comparisons in short', () => {
  expect(parsePredicate(`a IN ('x', 'it''s')`)).toEqual(parsePredicate(`(a = 'x' OR a = 'it''s')`));
  expect(parsePredicate('a BETWEEN 1 AND 2')).toEqual(parsePredicate('a >= 1 AND a <= 2'));
  expect(parsePredicate('a IS NOT NULL')).toEqual({ kind: 'not', of: { kind: 'missing', field: 'a' } });
});

test.each([
  ['', /its end.*name of a field/],
  ['a', /comparison is expected/],
  ['a = b', /"b" \(character 5\).*value is expected/],
  ['a = 1 b = 2', /AND, OR or the end/],
  ['(a = 1', /closing parenthesis/],
  ['1 = 1', /name of a field/],
  ['a = 1; DROP TABLE x', /character 6.*not understood/],
  ["a = 'open", /not understood/],
  ['length(a) = 1', /comparison is expected/],
  ['a = (SELECT 1)', /value is expected/],
  ['a = 1 -- b', /not understood/],
  [`${'('.repeat(60)}a = 1${')'.repeat(60)}`, /fewer parentheses/],
  [`${'NOT '.repeat(5000)}a = 1`, /not understood/],
])('%s is refused, with the place', (text, message) => {
  expect(() => parsePredicate(text)).toThrow(PredicateFault);
  expect(() => parsePredicate(text)).toThrow(message);
});

test('no name or value becomes a part of the SQL', () => {
  const hostile = `x'); DROP TABLE slipway.ledger; --`;
  const values: unknown[] = ['before'];
  const quotedName = `"${hostile}"`;
  const sql = predicateSql(parsePredicate(`${quotedName} = '${hostile.replaceAll("'", "''")}'`), 'input', values);
  expect(sql).not.toContain('DROP');
  expect(values).toEqual(['before', hostile, hostile]);
});
