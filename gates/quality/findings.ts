import type { Finding, QualityPlan } from '../../domain/monitor.ts';
import { shareAtMost } from '../binomial.ts';
import { farBound, USUAL_TAIL, type Estimate } from './interval.ts';
import type { Quality } from './question.ts';

/** Labels before a mean says anything, and a class counts in one: of few and none right the delta method knows no error. */
export const LEAST_LABELS = 30;

const YEAR_MS = 365 * 86_400_000;

/** The most limits of a plan, over all labels and every slice of them. */
function comparisons({ min, max, slices = [] }: QualityPlan): number {
  return Object.keys({ ...min, ...max }).length * (1 + slices.length);
}

/**
 * The chance of a false alarm that each look at each limit may take, so that those of a version which is exactly at all of
 * its limits are a year apart on average: by the union bound (Bonferroni), which asks nothing of windows that overlap.
 *
 * @param windowMs the time from one look to the next
 */
export function tailOf(plan: QualityPlan, windowMs: number): number {
  return Math.min(USUAL_TAIL, windowMs / YEAR_MS / Math.max(1, comparisons(plan)));
}

/**
 * Limits that a version's quality is proved to be beyond, by the interval whose tails are those of {@link tailOf}; for
 * accuracy by the exact binomial test (Clopper, Pearson 1934), since Wilson's interval is not to be relied on so far out.
 *
 * @param slice the name of the part that was looked at; `null` for all
 */
export function qualityFindings(
  quality: Quality | null,
  plan: QualityPlan,
  { tail, slice = null }: { readonly tail: number; readonly slice?: string | null },
): Finding[] {
  if (quality === null || quality.n < LEAST_LABELS) return [];
  const of = estimatesOf(quality, tail);
  const found = (name: string, limit: number, side: 'below' | 'above'): Finding[] => {
    const figure = of[name];
    const bound = side === 'below' ? figure?.high : figure?.low;
    if (!figure || bound === null || bound === undefined) return [];
    if (side === 'below' ? bound >= limit : bound <= limit) return [];
    const [subject, whose] = slice === null ? [name, ''] : [`${name} of ${slice}`, ` of slice "${slice}"`];
    const summary = `${name}${whose} is ${short(figure.value)} on ${quality.n} labels, which proves that it is ${side} ${short(limit)}`;
    return [{ kind: 'quality', subject, severity: 'critical', summary, value: figure.value, limit }];
  };
  return [
    ...Object.entries(plan.min).flatMap(([name, limit]) => found(name, limit, 'below')),
    ...Object.entries(plan.max).flatMap(([name, limit]) => found(name, limit, 'above')),
  ];
}

function estimatesOf(quality: Quality, tail: number): Readonly<Record<string, Estimate | undefined>> {
  if (quality.kind === 'regression') return { mse: quality.mse, rmse: quality.rmse, mae: quality.mae };
  const { n, accuracy, precision, recall, f1 } = quality;
  const exact = { ...accuracy, high: shareAtMost(Math.round(accuracy.value * n), n, tail) };
  const far = (figure: Estimate) => ({ ...figure, high: farBound(figure) });
  return { accuracy: exact, precision: far(precision), recall: far(recall), f1: far(f1) };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
