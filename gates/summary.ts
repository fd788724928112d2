import type { GateQuestion } from '../domain/gate-question.ts';
import type { Samples, Standing } from './evidence.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { versionName } from '../domain/ids.ts';

/** What a metric counts, where that is not what its name says. */
const COUNTED: Readonly<Record<string, string>> = {
  accuracy: 'wrong answers',
  paired: 'wrong answers',
  precision: 'false alarms',
  recall: 'misses',
  violations: 'requests or answers against the schema',
};

/** One sentence on a metric that failed: `latency.p95 of v4 is 3.1× stable's (240 ms vs 78 ms)`. */
export function describeFault(standing: Standing, { candidate }: GateQuestion): string {
  const { metric, unit, absolute, margin, stable, detail } = standing;
  const name = versionName(candidate);
  const subject = `${metric} of ${name}`;
  const value = standing.candidate ?? 0;
  if (metric === 'leak')
    return `memory of ${name} grows by ${show(value, unit)} an hour, ${show(margin, unit)} are tolerated`;
  if (unit === 'index')
    return `answers of ${name} are not distributed as stable's (${detail ?? metric}, index ${show(value, unit)})`;
  if (absolute) return `${subject} is ${show(value, unit)}, above its limit of ${show(margin, unit)}`;
  if (stable === null) return `${subject} is ${show(value, unit)}`;
  if (metric === 'f1') return `f1 of ${name} is ${show(1 - value, 'loss')} vs ${show(1 - stable, 'loss')} of stable`;
  if (unit !== 'share') {
    const aside = detail === undefined ? '' : `; ${detail}`;
    return `${subject} is ${times(value, stable)} stable's (${show(value, unit)} vs ${show(stable, unit)}${aside})`;
  }
  const counted = COUNTED[metric];
  const what = counted === undefined ? subject : `${counted} of ${name} (${metric})`;
  return `${what}: ${show(value, unit)} vs ${show(stable, unit)} of stable`;
}

export function describeSplit({ candidate, stable }: Samples, { weight }: GateQuestion): string {
  const [measured, desired] = [candidate / (candidate + stable), weight / FULL_WEIGHT].map((part) =>
    show(part, 'share'),
  );
  return `the candidate got ${measured} of the traffic (${candidate} of ${candidate + stable}), the route says ${desired}`;
}

function times(value: number, base: number): string {
  return base > 0 ? `${Number((value / base).toPrecision(2))}×` : 'more than';
}

/** A value with its unit, in two or three digits. */
function show(value: number, unit: Standing['unit']): string {
  switch (unit) {
    case 'share':
      return `${digits(value * 100)} %`;
    case 'ms':
      return `${digits(value)} ms`;
    case 'seconds':
      return `${digits(value * 1000)} ms a request`;
    case 'bytes':
      return `${digits(value / MEGABYTE)} MB`;
    case 'tokens':
      return `${digits(value)} tokens`;
    case 'loss':
    case 'reward':
    case 'index':
      return `${digits(value)}`;
  }
}

const MEGABYTE = 1_000_000;

function digits(value: number): number {
  return Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : 2));
}
