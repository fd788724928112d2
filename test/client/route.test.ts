import { expect, test } from 'vitest';
import { formatRoute } from '../../client/render/route.ts';
import { drillKey, versionKey } from '../../domain/ids.ts';
import { mirrorRoute, splitRoute } from '../../domain/route.ts';

const [one, two] = ['1', '2'].map((number) => versionKey(number, `sha256:${number.repeat(64)}`)) as [string, string];

test('versions of a route are called by their numbers, and the copy of a drill by what it is', () => {
  expect(formatRoute(splitRoute(one, two, 1_000))).toBe('v1 90 %, v2 10 %');
  expect(formatRoute(mirrorRoute(one, drillKey(one), 100))).toBe(`v1 100 %, 100 % copied to ${one}-drill`);
});
