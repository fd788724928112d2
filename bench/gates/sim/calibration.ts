import type { CalibrationLine } from '../../../gates/session/protocol.ts';
import type { Scenario } from './scenario.ts';
import { NoiseProcess, together } from './noise.ts';
import { randomOf } from './random.ts';
import { serve } from './arm.ts';

/** Windows of stable alone, replica by replica, before a run; of a stream of their own, so that the run is the same without. */
export function calibrationOf(scenario: Scenario, seed: number, run: number, windows: number): CalibrationLine[] {
  const random = randomOf(seed, `${scenario.name} calibration`, run);
  const noise = (scenario.noise ?? []).map((each) => {
    const units = each.of === 'all' || each.calibrated === false ? 1 : scenario.replicas.stable;
    return Array.from({ length: units }, () => new NoiseProcess(each, random));
  });
  return Array.from({ length: windows }, (_, i) => {
    const conditions = noise.map((units) => units.map((unit) => unit.next()));
    const replicas = Array.from({ length: scenario.replicas.stable }, (__, replica) => {
      const here = together(conditions.flatMap((units) => units[units.length === 1 ? 0 : replica] ?? []));
      const n = random.poisson((scenario.rpm * (scenario.common?.(1).load ?? 1)) / scenario.replicas.stable);
      return serve(scenario, n, [here], 1, random);
    });
    return { type: 'calibration', t: i - windows, replicas };
  });
}
