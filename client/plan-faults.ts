import { checkGates } from '../gates/plan-check.ts';
import { describeFinding, type PlanFinding } from '../gates/plan/finding.ts';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { formatFaults } from '../spec/fault.ts';
import { planCautions } from './plan-summary.ts';
import { planRollout } from '../domain/plan.ts';
import type { RolloutSpec } from '../domain/rollout-spec.ts';

/**
 * Refuses a specification whose gates can never fail, never pass, or never be decided, before anything is started; what
 * else a careful colleague would say of it, otherwise.
 *
 * @throws Failure with exit code 2 and every fault
 */
export function refuseHopelessGates(file: string, spec: RolloutSpec): PlanFinding[] {
  const plan = planRollout(spec);
  // The traffic of a moment is no reason to refuse anything.
  const { errors, cautions } = checkGates(plan, null);
  if (errors.length === 0) return [...planCautions(plan), ...cautions];
  const faults = errors.map((found) => ({ ...found, message: describeFinding(found), line: null, column: null }));
  const name = file === '-' ? 'standard input' : file;
  throw new Failure(`${formatFaults(name, faults)}\nNothing was started.`, {
    exitCode: EXIT.usage,
    code: 'hopeless_gates',
    details: { faults: errors },
  });
}
