import { expect, test } from 'vitest';
import type { HeldDrill } from '../../client/drills.ts';
import { renderDrills } from '../../client/render/drills.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const drill = (change: Partial<HeldDrill> = {}): HeldDrill => ({
  ...{ target: 'local', endpoint: 'digits', passed: true, at: '2026-11-23T12:00:00Z', seconds: 41, detail: '' },
  ...change,
});

test('a rollback that was proven says when, and how long it took', () => {
  expect(renderDrills([drill()], NOW)).toEqual(['✓ rollback of digits last proven 6d ago, 41s']);
});

test('one whose last drill failed says so first, whatever was proven before', () => {
  const failed = drill({ passed: false, at: '2026-11-29T10:00:00Z', detail: 'the gate let the fault pass' });
  const line = '✗ rollback of digits failed its drill 2h ago (the gate let the fault pass)';
  expect(renderDrills([failed, drill()], NOW)).toEqual([`${line}; last proven 6d ago, 41s`]);
  expect(renderDrills([failed], NOW)).toEqual([`${line}; never proven`]);
});

test('one that could not be held lately says why, and is no failure of rollback', () => {
  const notHeld = drill({ passed: null, at: '2026-11-29T10:00:00Z', detail: 'no memory is left' });
  const line = '✗ rollback of digits could not be rehearsed 2h ago (no memory is left); last proven 6d ago, 41s';
  expect(renderDrills([notHeld, drill()], NOW)).toEqual([line]);
});

test('a proof after a failure stands', () => {
  const failed = drill({ passed: false, at: '2026-11-20T10:00:00Z' });
  expect(renderDrills([failed, drill()], NOW)).toEqual(['✓ rollback of digits last proven 6d ago, 41s']);
});
