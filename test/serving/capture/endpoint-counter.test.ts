import { expect, test } from 'vitest';
import { EMPTY_ROUTE, mirrorRoute, splitRoute, wholeRoute } from '../../../domain/route.ts';
import { createEndpointCounter } from '../../../serving/capture/endpoint-counter.ts';
import type { Draft } from '../../../serving/capture/fence-tally.ts';
import { observed } from '../support/observations.ts';

const fence = (sequence: number) => ({ epoch: 1, sequence });
const START = 1_700_000_000_000;
const at = (ms: number) => new Date(START + ms).toISOString();
const summary = ({ fence, opened, sealed, arms, pairs, lost }: Draft) => ({
  sequence: fence.sequence,
  opened,
  sealed,
  arms: arms.map(({ version, n, errors }) => `${version} ${n} ${errors}`),
  pairs: pairs.map(({ version, against, n, unpaired }) => `${version} ${against} ${n} ${unpaired}`),
  lost,
});

test('an interval is sealed at its end, and the next begins there', () => {
  const counter = createEndpointCounter('digits', START);
  expect(counter.setRoute(fence(1), splitRoute('v1', 'v2', 1000), START)).toEqual([]);
  counter.add(observed(), START + 5);
  counter.add(observed({ arm: 'v2', version: 'v1', attempts: 2 }), START + 6);
  expect(counter.seal(START + 100).map(summary)).toEqual([
    { sequence: 1, opened: at(0), sealed: at(100), arms: ['v1 1 0', 'v2 1 1'], pairs: [], lost: 0 },
  ]);
  expect(counter.seal(START + 200).map(summary)).toEqual([
    { sequence: 1, opened: at(100), sealed: at(200), arms: ['v1 0 0', 'v2 0 0'], pairs: [], lost: 0 },
  ]);
});

test('silence is told of while a version has the traffic, and only then', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(1), EMPTY_ROUTE, START);
  expect(counter.seal(START + 100)).toEqual([]);
  counter.setRoute(fence(2), mirrorRoute('v1', 'v2', 100), START + 150);
  expect(counter.seal(START + 200).map(summary)).toEqual([
    { sequence: 2, opened: at(150), sealed: at(200), arms: ['v1 0 0'], pairs: ['v2 v1 0 0'], lost: 0 },
  ]);
});

test('a batch holds one fence: a new one seals at once, late ends of the old one come in a batch of their own', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(1), wholeRoute('v1'), START);
  counter.add(observed(), START + 10);
  expect(counter.setRoute(fence(2), splitRoute('v1', 'v2', 500), START + 40).map(summary)).toEqual([
    { sequence: 1, opened: at(0), sealed: at(40), arms: ['v1 1 0'], pairs: [], lost: 0 },
  ]);
  counter.add(observed({ fence: fence(2), arm: 'v2' }), START + 60);
  counter.add(observed({ fence: fence(1) }), START + 70);
  const drafts = counter.seal(START + 100);
  expect(drafts.map(summary)).toEqual([
    { sequence: 1, opened: at(40), sealed: at(100), arms: ['v1 1 0'], pairs: [], lost: 0 },
    { sequence: 2, opened: at(40), sealed: at(100), arms: ['v1 0 0', 'v2 1 0'], pairs: [], lost: 0 },
  ]);
  expect(drafts.map(({ isLate }) => isLate)).toEqual([true, undefined]);
  expect(counter.seal(START + 200).map(({ fence }) => fence.sequence)).toEqual([2]);
});

test('being told the same route again, or an older one, seals nothing', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(5), wholeRoute('v1'), START);
  expect(counter.setRoute(fence(5), wholeRoute('v1'), START + 50)).toEqual([]);
  expect(counter.setRoute(fence(4), wholeRoute('v2'), START + 60)).toEqual([]);
  expect(counter.seal(START + 100).map(({ fence }) => fence.sequence)).toEqual([5]);
});

test('an entry that comes before the word of its route is counted under it', () => {
  const counter = createEndpointCounter('digits', START);
  counter.add(observed({ fence: fence(3), unit: 'ann' }), START + 10);
  counter.setRoute(fence(3), wholeRoute('v1', { header: 'x-user', salt: '' }), START + 20);
  const [draft] = counter.seal(START + 100);
  expect(draft?.arms).toMatchObject([{ version: 'v1', n: 1, users: { users: 1 } }]);
});

test('sums over users treat requests without a user as users of their own', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(1), wholeRoute('v1', { header: 'x-user', salt: '' }), START);
  for (const [unit, status] of [
    ['ann', 200],
    ['ann', 500],
    ['ann', 500],
    ['bob', 200],
    [null, 500],
    [null, 200],
  ] as const)
    counter.add(observed({ unit, status }), START);
  expect(counter.seal(START + 100)[0]?.arms[0]).toMatchObject({
    n: 6,
    errors: 3,
    users: { users: 4, requestsSquared: 9 + 1 + 1 + 1, badSquared: 4 + 1, requestsTimesBad: 6 + 1 },
  });
});

test('refused requests count for their arm, those the gateway refused for none', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(1), wholeRoute('v1'), START);
  counter.add(observed({ status: 422 }), START);
  counter.add(observed({ status: 413, version: null, attempts: 0 }), START);
  counter.add(observed({ status: 504, isTimeout: true }), START);
  expect(counter.seal(START + 100)[0]?.arms[0]).toMatchObject({
    n: 2,
    rejected: 1,
    errors: 1,
    timeouts: 1,
    users: null,
  });
});

test('pairs are compared where both answered, and told apart by who failed', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(1), mirrorRoute('v1', 'v2', 100), START);
  const half = (answer: string | null, isSuccess = true) => ({ answer, isSuccess, latencyMs: 3 });
  const pair = (served: ReturnType<typeof half>, mirrored: ReturnType<typeof half>) =>
    counter.addPair(
      { fence: fence(1), version: 'v2', against: 'v1', served, mirrored },
      served.answer === mirrored.answer,
    );
  pair(half('1'), half('1'));
  pair(half('1'), half('2'));
  pair(half('1'), half('', false));
  pair(half('', false), half('1'));
  pair(half('', false), half('', false));
  pair(half(null), half('1'));
  counter.addUnpaired(fence(1), 'v2', null);
  expect(counter.seal(START + 100)[0]?.pairs[0]).toMatchObject({
    ...{ version: 'v2', against: 'v1', n: 2, disagree: 1, onlyVersionFailed: 1, onlyAgainstFailed: 1, unpaired: 2 },
    latency: [[55, 2]],
  });
});

test('what was lost is told of once, in the next batch', () => {
  const counter = createEndpointCounter('digits', START);
  counter.setRoute(fence(1), wholeRoute('v1'), START);
  counter.addLost(7);
  expect([...counter.seal(START + 1), ...counter.seal(START + 2)].map(({ lost }) => lost)).toEqual([7, 0]);
});
