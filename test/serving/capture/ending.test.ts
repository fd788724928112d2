import { expect, test } from 'vitest';
import { endingOf } from '../../../serving/capture/ending.ts';
import type { Ending } from '../../../serving/capture/ending.ts';
import type { Observation } from '../../../serving/capture/observation.ts';
import { observed } from '../support/observations.ts';

const CASES: readonly (readonly [string, Partial<Observation>, Ending])[] = [
  ['a good answer', {}, 'ok'],
  ['a redirect', { status: 307 }, 'ok'],
  ['an answer 500', { status: 500 }, 'error'],
  ['a lost connection', { status: 0, version: null }, 'error'],
  ['an answer that broke off after its first bytes', { isBroken: true }, 'error'],
  ['no host to be had', { status: 503, version: null, attempts: 0 }, 'error'],
  ['a time limit', { status: 504, isTimeout: true }, 'timeout'],
  ['a rescue by another version', { arm: 'v2', version: 'v1', attempts: 2 }, 'error'],
  ['a request that an ejected version never saw', { arm: 'v2', version: 'v1', attempts: 1 }, 'error'],
  ['a second try on the same version', { attempts: 2 }, 'error'],
  ['a rescue that ended in a refusal', { arm: 'v2', version: 'v1', status: 400 }, 'error'],
  ['an answer 400', { status: 400 }, 'rejected'],
  ['a refusal by the gateway', { status: 413, version: null, attempts: 0 }, 'uncounted'],
  ['a client that went away', { status: 0, version: null, isAbandoned: true }, 'abandoned'],
];

test.for(CASES)('%s counts as its arm deserves', ([, change, ending]) => {
  expect(endingOf(observed(change))).toBe(ending);
});
