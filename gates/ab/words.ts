import type { Comparison } from './comparison.ts';
import type { Effect } from '../effect.ts';
import { versionName } from '../../domain/ids.ts';

/** One sentence: `paid of v4 is 12 % vs 10 % of stable, a difference between +0.5 and +3.6 points`. */
export function describeComparison({ version, metric, means, difference }: Comparison): string {
  const [isShare, unit] = metric.kind === 'conversion' ? [true, ' points'] : [false, ''];
  const show = (value: number | null) =>
    value === null ? 'nothing' : isShare ? `${digits(value * 100)} %` : `${digits(value)} a user`;
  const values = `${metric.name} of ${versionName(version)} is ${show(means.candidate)} vs ${show(means.stable)} of stable`;
  return difference === null
    ? values
    : `${values}, a difference between ${range(difference, isShare ? 100 : 1)}${unit}`;
}

function range({ low, high }: Effect, scale: number): string {
  return `${signed(low * scale)} and ${signed(high * scale)}`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${digits(value)}`;
}

function digits(value: number): number {
  return Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : 2));
}
