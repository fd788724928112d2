import type { Scenario } from '../sim/scenario.ts';
import { ARM_NOISE } from './arm-noise.ts';
import { BAD } from './bad.ts';
import { BAD_IN_NOISE, BAD_LATER } from './bad-later.ts';
import { HARMLESS } from './harmless.ts';

/** Every kind of rollout that gates are scored on. */
export const SCENARIOS: readonly Scenario[] = [...HARMLESS, ...ARM_NOISE, ...BAD, ...BAD_LATER, ...BAD_IN_NOISE];

/** The scenario of that name; throws if there is none. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name);
  if (!found) throw new Error(`no scenario is named ${name}`);
  return found;
}

export function isHarmless(scenario: Scenario): boolean {
  return scenario.fault == null;
}

/** The candidate that one batch should be enough for. */
export const HALF_ERRORS = 'errors 50 %';
