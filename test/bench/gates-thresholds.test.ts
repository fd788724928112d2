import { describe, expect, it } from 'vitest';
import type { ArmLine, BatchLine } from '../../gates/session/protocol.ts';
import type { Decision, Procedure } from '../../bench/gates/procedures/procedure.ts';
import { ARGO } from '../../bench/gates/procedures/argo.ts';
import { DEFAULT_CONFIG } from '../../bench/gates/default-config.ts';
import { FLAGGER } from '../../bench/gates/procedures/flagger.ts';

describe('Flagger with its documented settings', () => {
  it('promotes after ten good minutes, 5 % to 50 %', () => {
    expect(ends(FLAGGER, () => arm({ n: 100, errors: 1 }))).toEqual(['promote', 10]);
  });

  it('rolls back a minute after ten failed checks, whatever came between them', () => {
    expect(ends(FLAGGER, () => arm({ n: 100, errors: 2 }))).toEqual(['rollback', 11]);
    // Ten failures by minute 19 and nine good minutes between them.
    expect(ends(FLAGGER, (t) => arm({ n: 100, errors: t % 2 === 1 ? 2 : 0 }))).toEqual(['rollback', 20]);
  });

  it('fails a check whose p99 is above 500 ms, or without traffic', () => {
    expect(ends(FLAGGER, () => arm({ n: 100, slow: 1 }))).toEqual(['promote', 10]);
    expect(ends(FLAGGER, () => arm({ n: 100, slow: 2 }))).toEqual(['rollback', 11]);
    expect(ends(FLAGGER, () => arm({ n: 0 }))).toEqual(['rollback', 11]);
  });

  it('looks at the candidate alone', () => {
    const broken = arm({ n: 400, errors: 400 });
    expect(ends(FLAGGER, () => arm({ n: 100 }), broken)).toEqual(['promote', 10]);
  });
});

describe('Argo Rollouts with its documented analysis', () => {
  it('promotes after its steps of 40 minutes, though three measurements failed', () => {
    expect(ends(ARGO, () => arm({ n: 100, errors: 5 }))).toEqual(['promote', 40]);
    expect(ends(ARGO, (t) => arm({ n: 100, errors: t <= 15 ? 6 : 0 }))).toEqual(['promote', 40]);
  });

  it('aborts at the fourth failed measurement, one every five minutes', () => {
    expect(ends(ARGO, () => arm({ n: 100, errors: 6 }))).toEqual(['rollback', 20]);
    expect(ends(ARGO, (t) => arm({ n: 100, errors: t >= 18 ? 100 : 0 }))).toEqual(['rollback', 35]);
  });

  it('fails a measurement without traffic, and sees nothing between two of them', () => {
    expect(ends(ARGO, () => arm({ n: 0 }))).toEqual(['rollback', 20]);
    expect(ends(ARGO, (t) => arm({ n: 100, errors: t % 5 === 0 ? 0 : 100 }))).toEqual(['promote', 40]);
  });
});

function arm({ n, errors = 0, slow = 0 }: { n: number; errors?: number; slow?: number }): ArmLine {
  return { n, errors, latencies_ms: Array.from({ length: n }, (_, i) => (i < slow ? 501 : 500)) };
}

function ends(
  procedure: Procedure,
  candidate: (t: number) => ArmLine,
  stable: ArmLine = arm({ n: 400 }),
): [Decision, number] {
  const opened = procedure.open(DEFAULT_CONFIG, []);
  if (typeof opened !== 'function') throw new Error('it steers no weight');
  for (let t = 1; t <= 60; t += 1) {
    const batch: BatchLine = { t, weight: 0.2, stable, candidate: candidate(t) };
    const decision = opened(batch);
    if (decision !== 'continue') return [decision, t];
  }
  return ['continue', 60];
}
