import type { Fault, Scenario } from './scenario.ts';
import type { ArmLine } from '../../../gates/session/protocol.ts';
import type { Condition } from './noise.ts';
import type { Random } from './random.ts';
import { drawLatencies } from './latency.ts';

/** A fault at the strength it has in one minute. */
export function faultAt(fault: Fault | undefined, t: number): Fault {
  if (!fault) return {};
  const strength = (fault.strength ?? ((minute) => (minute > (fault.onset ?? 0) ? 1 : 0)))(t);
  if (strength === 0) return {};
  const { errors = 0, latency = 1, inaccuracy = 0, tail, stretch, slowShare } = fault;
  return {
    errors: errors * strength,
    latency: 1 + (latency - 1) * strength,
    inaccuracy: inaccuracy * strength,
    ...(tail && { tail: { ...tail, share: tail.share * strength } }),
    ...(stretch && { stretch }),
    ...(slowShare != null && { slowShare }),
  };
}

/** What `n` requests to the replicas of one arm give in minute `t`, spread evenly over them. */
export function serve(
  scenario: Scenario,
  n: number,
  replicas: readonly Condition[],
  t: number,
  random: Random,
  fault: Fault = {},
): ArmLine {
  const common = scenario.common?.(t) ?? {};
  const latencies: number[] = [];
  let errors = 0;
  let left = n;
  replicas.forEach(({ addedErrors, errorFactor, latencyFactor }, i) => {
    const here = random.binomial(left, 1 / (replicas.length - i));
    left -= here;
    const rate = scenario.errors * errorFactor + addedErrors + (common.errors ?? 0);
    errors += random.binomial(here, Math.min(1, rate + (fault.errors ?? 0)));
    const factor = latencyFactor * (common.latency ?? 1) * (fault.latency ?? 1);
    drawLatencies(latencies, here, scenario.latency, factor, random, fault);
  });
  return { n, errors, latencies_ms: rounded(latencies, scenario.resolutionMs) };
}

function rounded(latencies: number[], resolution: number | undefined): number[] {
  if (resolution == null) return latencies;
  return latencies.map((x) => Math.max(resolution, Math.round(x / resolution) * resolution));
}
