import { beforeEach, expect, test } from 'vitest';
import type { Mirror } from '../../../domain/route.ts';
import { PAIR_TTL_MS, createPairing } from '../../../serving/capture/pairing.ts';
import type { Pairing } from '../../../serving/capture/pairing.ts';
import { observed } from '../support/observations.ts';

let pairing: Pairing;
let mirrors: Mirror[];
let seen: string[];

beforeEach(() => {
  mirrors = [{ version: 'v2', percent: 100 }];
  seen = [];
  pairing = createPairing({
    mirrorsUnder: () => mirrors,
    onPair: (_, { version, against, served, mirrored }) =>
      seen.push(`${version} against ${against}: ${served.answer} ${mirrored.answer}`),
    onUnpaired: (_, fence, version, against) => seen.push(`unpaired ${version} against ${against}`),
  });
});

const half = (role: 'live' | 'shadow', requestId: string, text: string, arm = role === 'live' ? 'v1' : 'v2') =>
  observed({ role, requestId, arm, response: { text, isSkipped: false } });

test('halves find each other in either order', () => {
  pairing.add(half('live', 'a', 'A'), 0);
  pairing.add(half('shadow', 'a', 'a'), 1);
  pairing.add(half('shadow', 'b', 'b'), 2);
  pairing.add(half('live', 'b', 'B'), 3);
  pairing.expire(PAIR_TTL_MS + 10);
  expect(seen).toEqual(['v2 against v1: A a', 'v2 against v1: B b']);
});

test('a request that is mirrored to two versions makes two pairs', () => {
  mirrors = [
    { version: 'v2', percent: 100 },
    { version: 'v3', percent: 100 },
  ];
  pairing.add(half('shadow', 'a', '2'), 0);
  pairing.add(half('live', 'a', '1'), 0);
  pairing.add(half('shadow', 'a', '3', 'v3'), 0);
  expect(seen).toEqual(['v2 against v1: 1 2', 'v3 against v1: 1 3']);
});

test('a half whose other does not come in time is told of once', () => {
  pairing.add(half('live', 'a', ''), 0);
  pairing.add(half('shadow', 'b', ''), 0);
  pairing.expire(PAIR_TTL_MS - 1);
  expect(seen).toEqual([]);
  pairing.expire(PAIR_TTL_MS);
  pairing.expire(PAIR_TTL_MS * 2);
  expect(seen).toEqual(['unpaired v2 against v1', 'unpaired v2 against null']);
});

test('where only a share is mirrored, a request without a copy is nothing to tell of', () => {
  mirrors = [{ version: 'v2', percent: 50 }];
  pairing.add(half('live', 'a', ''), 0);
  pairing.expire(PAIR_TTL_MS);
  expect(seen).toEqual([]);
});

test('two requests under one id pair with nothing, and are counted', () => {
  pairing.add(half('live', 'a', 'first'), 0);
  pairing.add(half('live', 'a', 'second'), 0);
  pairing.add(half('shadow', 'a', 'whose?'), 0);
  pairing.expire(PAIR_TTL_MS);
  expect(seen).toEqual([]);
  expect(pairing.duplicates).toBe(1);
});

test('an id that comes again after its pair is complete adds no second pair', () => {
  pairing.add(half('live', 'a', 'A'), 0);
  pairing.add(half('shadow', 'a', 'a'), 0);
  pairing.add(half('live', 'a', 'A'), 0);
  pairing.add(half('shadow', 'a', 'a'), 0);
  expect(seen).toEqual(['v2 against v1: A a']);
  expect(pairing.duplicates).toBe(2);
});

test('without a mirror nothing is kept waiting', () => {
  mirrors = [];
  pairing.add(half('live', 'a', 'A'), 0);
  mirrors = [{ version: 'v2', percent: 100 }];
  pairing.expire(PAIR_TTL_MS);
  expect(seen).toEqual([]);
});

test('what waits is bounded: the oldest is given up first', () => {
  const large = 'x'.repeat(100_000);
  for (let index = 0; index < 100; index += 1) pairing.add(half('live', `r${index}`, large), index);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.length).toBeLessThan(80);
  pairing.add(half('shadow', 'r99', large), 100);
  expect(seen.at(-1)).toMatch(/^v2 against v1/);
});
