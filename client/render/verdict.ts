import { columns } from './columns.ts';
import { formatCount, formatMilliseconds, formatShare } from './numbers.ts';
import { paint } from '../terminal.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';

const DECISIONS: Readonly<Record<Verdict['decision'], string>> = {
  pass: paint.good('pass'),
  fail: paint.bad('fail'),
  inconclusive: paint.warn('undecided'),
  error: paint.bad('no evidence'),
};

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
  return [`${title}: ${DECISIONS[decision]}, ${summary}`, ...counts, ...columns((metrics ?? []).map(metricRow))];
}

function metricRow({ metric, candidate, stable, unit, margin, decision, required }: MetricEvidence): string[] {
  const show = unit === 'ms' ? formatMilliseconds : formatShare;
  const value = (seen: number | null) => (seen === null ? '?' : show(seen));
  const against = stable === null ? '' : `stable ${value(stable)}`;
  return [
    `  ${metric}`,
    value(candidate),
    against,
    `margin ${formatMargin(metric, unit, margin, stable)}`,
    METRIC_DECISIONS[decision],
    required ? '' : paint.dim('not needed to go on'),
  ];
}

/** A latency margin beside a stable is relative to it; everything else is absolute. */
function formatMargin(metric: string, unit: MetricEvidence['unit'], margin: number, stable: number | null): string {
  if (unit === 'share') return formatShare(margin);
  return metric.startsWith('latency') && stable !== null ? `+${formatShare(margin)}` : formatMilliseconds(margin);
}
