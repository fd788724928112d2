import type { GateQuestion } from '../domain/gate-question.ts';
import type { Samples, Standing } from './evidence.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { versionNumber } from '../domain/ids.ts';

/** A version as people call it: `v4`. */
export function nameOf(key: string): string {
  const number = versionNumber(key);
  return number === key ? key : `v${number}`;
}

/** One sentence on a metric that failed: `latency.p95 of v4 is 3.1× stable's (240 ms vs 78 ms)`. */
export function describeFault(standing: Standing, { candidate }: GateQuestion): string {
  const { metric, unit, absolute, margin, stable } = standing;
  const subject = `${metric} of ${nameOf(candidate)}`;
  const value = standing.candidate ?? 0;
  if (absolute) return `${subject} is ${show(value, unit)}, above its limit of ${show(margin, unit)}`;
  if (stable === null) return `${subject} is ${show(value, unit)}`;
  if (unit === 'ms')
    return `${subject} is ${times(value, stable)} stable's (${show(value, unit)} vs ${show(stable, unit)})`;
  const what = metric === 'accuracy' ? `wrong answers of ${nameOf(candidate)} (accuracy)` : subject;
  return `${what}: ${show(value, unit)} vs ${show(stable, unit)} of stable`;
}

export function describeSplit({ candidate, stable }: Samples, { weight }: GateQuestion): string {
  const [measured, desired] = [candidate / (candidate + stable), weight / FULL_WEIGHT].map((part) =>
    show(part, 'share'),
  );
  return `the candidate got ${measured} of the traffic (${candidate} of ${candidate + stable}), the route says ${desired}`;
}

function times(value: number, base: number): string {
  return `${Number((value / base).toPrecision(2))}×`;
}

function show(value: number, unit: Standing['unit']): string {
  const shown = unit === 'share' ? value * 100 : value;
  return `${Number(shown.toPrecision(shown >= 100 ? 3 : 2))} ${unit === 'share' ? '%' : 'ms'}`;
}
