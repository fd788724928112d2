import { columns } from './columns.ts';
import { formatCount, formatMilliseconds, formatShare } from './numbers.ts';
import { paint } from '../terminal.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';

/** What a gate says, in a word. */
export const DECISIONS: Readonly<Record<Verdict['decision'], string>> = {
  pass: paint.good('pass'),
  fail: paint.bad('fail'),
  inconclusive: paint.warn('undecided'),
  error: paint.bad('no evidence'),
};

/** Gates count what went wrong, of labels too. */
const LABELS: Readonly<Record<string, string>> = { accuracy: 'wrong answers' };

const METRIC_DECISIONS: Readonly<Record<MetricEvidence['decision'], string>> = {
  pass: paint.good('proved'),
  fail: paint.bad('worse'),
  undecided: paint.warn('open'),
};

/** What a gate says and how each metric stands; also of a gate that is still watched, which may know less. */
export function renderVerdict(
  title: string,
  { decision, summary, samples, batches, metrics }: Pick<Verdict, 'decision' | 'summary'> & Partial<Verdict>,
): string[] {
  const counts =
    samples && batches
      ? [
          `  ${formatCount(samples.candidate)} of the candidate, ${formatCount(samples.stable)} of stable, in ${formatCount(batches.count)} batches`,
        ]
      : [];
  return [
    `${title}: ${DECISIONS[decision]}, ${summary}`,
    ...counts,
    ...columns((metrics ?? []).map((metric) => metricRow(metric, isAbsolute(metrics ?? [])))),
  ];
}

function metricRow(
  { metric, candidate, stable, unit, margin, decision, required }: MetricEvidence,
  absolute: boolean,
): string[] {
  const show = unit === 'ms' ? formatMilliseconds : formatShare;
  const value = (seen: number | null) => (seen === null ? '?' : show(seen));
  const isRatio = unit === 'ms' && !absolute;
  return [
    `  ${LABELS[metric] ?? metric}`,
    value(candidate),
    stable === null ? '' : `stable ${value(stable)}`,
    `margin ${isRatio ? `+${formatShare(margin)}` : show(margin)}`,
    METRIC_DECISIONS[decision],
    required ? '' : paint.dim('not needed to go on'),
  ];
}

/** Without a stable to compare with, margins of latencies are limits in milliseconds and no ratios. */
function isAbsolute(metrics: readonly MetricEvidence[]): boolean {
  return metrics.some(({ metric }) => metric === 'errorRate');
}
