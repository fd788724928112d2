import type { Finding, QualityPlan } from '../../domain/monitor.ts';
import type { Estimate } from './interval.ts';
import type { Quality } from './question.ts';

/** Labels before a mean of classes says anything. */
const LEAST_LABELS = 30;

/**
 * Limits that a version's quality is surely beyond: the whole interval, so that few labels find nothing. A version that
 * is exactly at its limit is found sooner or later.
 */
export function qualityFindings(quality: Quality | null, plan: QualityPlan): Finding[] {
  if (quality === null || quality.n < LEAST_LABELS) return [];
  const of = estimatesOf(quality);
  const found = (name: string, limit: number, side: 'below' | 'above'): Finding[] => {
    const figure = of[name];
    const bound = side === 'below' ? figure?.high : figure?.low;
    if (!figure || bound === null || bound === undefined) return [];
    if (side === 'below' ? bound >= limit : bound <= limit) return [];
    const summary = `${name} is ${short(figure.value)} on ${quality.n} labels, and with 95 % confidence ${side} ${short(limit)}`;
    return [{ kind: 'quality', subject: name, severity: 'critical', summary, value: figure.value, limit }];
  };
  return [
    ...Object.entries(plan.min).flatMap(([name, limit]) => found(name, limit, 'below')),
    ...Object.entries(plan.max).flatMap(([name, limit]) => found(name, limit, 'above')),
  ];
}

function estimatesOf(quality: Quality): Readonly<Record<string, Estimate | undefined>> {
  if (quality.kind === 'regression') return { mse: quality.mse, rmse: quality.rmse, mae: quality.mae };
  const { accuracy, precision, recall, f1 } = quality;
  return { accuracy, precision, recall, f1 };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
