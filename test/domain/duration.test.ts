import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { DURATION_PATTERN, formatDuration, parseDuration } from '../../domain/duration.ts';

describe('a written duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', 's', '5 m', '-5m', '5M', '1h30m', '.5h', '5.h', '1e3s', '5min'])('cannot be %j', (text) => {
    expect(() => parseDuration(text)).toThrow(`"${text}" is not a duration; write for example 30s, 15m, 24h`);
  });

  test('is accepted by the schema’s pattern exactly when it can be read', () => {
    const pattern = new RegExp(DURATION_PATTERN);
    const near = fc.stringMatching(/^[0-9]{0,3}[.]?[0-9]{0,2} ?(ms|s|m|h|d|x)?$/);
    fc.assert(
      fc.property(near, (text) => {
        const readable = pattern.test(text);
        if (readable) expect(parseDuration(text)).toBeGreaterThanOrEqual(0);
        else expect(() => parseDuration(text)).toThrow(RangeError);
      }),
    );
  });
});

describe('a shown duration', () => {
  test.each([
    [0, '0ms'],
    [350, '350ms'],
    [1_000, '1s'],
    [90_000, '1m 30s'],
    [7_200_000, '2h'],
    [90_061_000, '1d 1h'],
  ])('of %d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('is off by less than its last unit, however long it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (ms) => {
        const parts = formatDuration(ms).split(' ');
        const shown = parts.reduce((sum, part) => sum + parseDuration(part), 0);
        const last = parseDuration(`1${/[a-z]+$/.exec(parts.at(-1) ?? '')?.[0]}`);
        expect(parts.length).toBeLessThanOrEqual(2);
        expect(Math.abs(shown - ms)).toBeLessThanOrEqual(last);
      }),
    );
  });
});
