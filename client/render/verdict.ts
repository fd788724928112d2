import { columns } from './columns.ts';
import { formatCount } from './numbers.ts';
import { DECISION_WORDS, asideOf, boundOf, isAbsolute, metricName, seenOf, standingOf } from './metric-words.ts';
import { paint } from '../terminal.ts';
import { rewardOf } from '../../domain/ab.ts';
import type { MetricEvidence, Verdict } from '../../domain/verdict.ts';

/** What a gate says, in a word. */
export const DECISIONS: Readonly<Record<Verdict['decision'], string>> = {
  pass: paint.good(DECISION_WORDS.pass),
  fail: paint.bad(DECISION_WORDS.fail),
  inconclusive: paint.warn(DECISION_WORDS.inconclusive),
  error: paint.bad(DECISION_WORDS.error),
};

const PAINTS: Readonly<Record<MetricEvidence['decision'], (text: string) => string>> = {
  pass: paint.good,
  fail: paint.bad,
  undecided: paint.warn,
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

function metricRow(evidence: MetricEvidence, absolute: boolean): string[] {
  const { metric, candidate, stable, unit, decision, required, detail } = evidence;
  const aside = asideOf(metric);
  return [
    `  ${metricName(evidence)}`,
    seenOf(candidate, unit),
    stable === null && rewardOf(metric) === null ? '' : `stable ${seenOf(stable, unit)}`,
    boundOf(evidence, absolute),
    aside === null ? PAINTS[decision](standingOf(evidence)) : '',
    rewardOf(metric) !== null ? '' : (detail ?? (required ? '' : paint.dim(aside ?? 'not needed to go on'))),
  ];
}
