import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../bench/gates/score/play.ts';
import { DEFAULT_CONFIG } from '../../bench/gates/default-config.ts';
import { SLIPWAY } from '../../bench/gates/procedures/slipway.ts';
import { SLIPWAY_RAMP } from '../../bench/gates/procedures/slipway-ramp.ts';
import { play } from '../../bench/gates/score/play.ts';
import { scenarioOf } from '../../bench/gates/scenarios/all.ts';

describe('Slipway’s gate on simulated rollouts', () => {
  it.each([10, 0])('takes a dead candidate back within minutes, after %i calibration windows', (windows) => {
    for (const outcome of outcomes('dead: 100 % errors', windows)) {
      expect(['rollback', 'hold']).toContain(outcome.decision);
      expect(outcome.minute).toBeLessThanOrEqual(5);
    }
  });

  it('lets far fewer requests meet it on a risk-bounded ramp than at a fixed weight', () => {
    const [fixed, ramp] = outcomes('dead: 100 % errors', 10);
    expect(ramp?.exposure).toBeLessThan((fixed?.exposure ?? 0) / 5);
  });

  it('takes none that is as good as stable back, and none that is worse through', () => {
    for (const outcome of outcomes('plain', 10)) expect(outcome.decision).not.toBe('rollback');
    for (const outcome of outcomes('errors +5 pt', 10)) expect(outcome.decision).not.toBe('promote');
  });
});

/** At a fixed weight, and on the ramp. */
function outcomes(scenario: string, windows: number): Outcome[] {
  return play({ scenario: scenarioOf(scenario), seed: 1, run: 0, config: DEFAULT_CONFIG, windows }, [
    SLIPWAY,
    SLIPWAY_RAMP,
  ]);
}
