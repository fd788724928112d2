import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { exitCodeFor } from '../../client/rollouts/close.ts';
import { sighting, STATUS } from './fixtures.ts';
import type { Close } from '../../client/rollouts/sighting.ts';
import type { Outcome } from '../../domain/outcome.ts';

describe('the exit code of a rollout that is waited for', () => {
  test.each<[Outcome, number]>([
    ['promoted', 0],
    ['rolled_back', 3],
    ['aborted', 4],
    ['held', 6],
  ])('%s is %i', (outcome, code) => {
    expect(exitCodeFor(sighting({ close: { kind: 'outcome', outcome, result: null } }))).toBe(code);
  });

  test.each<[string, Close, number]>([
    ['a specification that preflight refuses is 2', { kind: 'failed', type: 'InvalidSpec', message: '' }, 2],
    ['any other failure is 1', { kind: 'failed', type: 'VersionNotFound', message: '' }, 1],
    ['termination by force is 1', { kind: 'terminated', message: '' }, 1],
  ])('%s', (_, close, code) => {
    expect(exitCodeFor(sighting({ close }))).toBe(code);
  });

  test('a rollback that failed is 5 though the rollout is still open', () => {
    expect(exitCodeFor(sighting({ status: { ...STATUS, phase: 'rollback_failed' } }))).toBe(5);
    const attributes = { ...sighting().attributes, stage: 'rollback_failed' };
    expect(exitCodeFor(sighting({ status: null, attributes }))).toBe(5);
  });

  test('an open rollout has none', () => {
    expect(exitCodeFor(sighting())).toBeNull();
  });
});

test('whoever stops reading early, as `head` does, gets no stack trace', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../client/cli.ts'), '--help']);
  child.stdout.destroy();
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(said).toBe('');
});
