import { advice } from './explain-advice.ts';
import { columns } from './columns.ts';
import { DECISIONS } from './verdict.ts';
import { formatCount, formatDay, formatShare, formatTime } from './numbers.ts';
import { formatDuration } from '../../domain/duration.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { isShownOnly, metricClauses, titleOf } from './explain-metric.ts';
import { versionName } from '../../domain/ids.ts';
import { oneIn } from './explain-words.ts';
import { paint } from '../terminal.ts';
import { percent } from '../../domain/render-details.ts';
import { rewardOf } from '../../domain/ab.ts';
import { REASONS, type Reason } from '../../domain/reasons.ts';
import type { ExplainedGate, Explanation } from '../judge/explanation.ts';
import type { MetricEvidence } from '../../domain/verdict.ts';

const ENDINGS: Readonly<Record<Explanation['outcome'], string>> = {
  promoted: paint.good('promoted'),
  rolled_back: paint.bad('rolled back'),
  aborted: paint.warn('aborted'),
  held: paint.warn('held'),
  open: paint.warn('under way'),
};

const MARKS: Readonly<Record<MetricEvidence['decision'], string>> = {
  pass: paint.good('✓'),
  fail: paint.bad('✗'),
  undecided: paint.warn('?'),
};

const STATES: Readonly<Record<MetricEvidence['decision'], string>> = {
  pass: 'proved within its margin',
  fail: 'worse',
  undecided: 'open',
};

/** Why a rollout stands or ended as it did, for somebody who owns the model and not the gate. */
export function renderExplanation(explanation: Explanation): string {
  const { gates } = explanation;
  const sections = [
    heading(explanation),
    ...(gates.length === 0 ? [['no gate has said anything yet']] : gates.map(gateLines)),
    alphaLines(explanation),
    [paint.bold('what to do next'), ...advice(explanation).map((sentence) => `  - ${sentence}`)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading(explanation: Explanation): string[] {
  const { rollout, candidate, stable, startedAt, endedAt, by, outcome, reason, detail, serving } = explanation;
  const took = endedAt === null ? '' : ` after ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`;
  const why = reason === null ? '' : `, ${REASONS[reason as Reason] ?? reason}${detail ? `: ${detail}` : ''}`;
  const who = by === null ? '' : ` by ${by}`;
  return [
    `${paint.bold(rollout)}  ${ENDINGS[outcome]}${took}${why}`,
    `  ${candidate ?? 'the candidate'}${stable === null ? ', the first on this endpoint' : ` after ${stable}`}, started ${formatDay(startedAt)}${who}`,
    ...(endedAt === null ? [] : [`  ${serving === null ? 'nothing is served' : `${serving} serves`}`]),
  ];
}

function gateLines(gate: ExplainedGate): string[] {
  const { name, at, tookMs, verdict } = gate;
  const when = at === null ? 'now' : formatTime(at);
  const took = tookMs === null ? '' : `, after ${formatDuration(tookMs)}`;
  const metrics = verdict.metrics ?? [];
  const told = metrics.filter((metric) => isTold(metric, verdict));
  const rest = metrics
    .filter((metric) => !told.includes(metric) && !isShownOnly(metric))
    .map((metric) => nameIn(gate, metric));
  return [
    `${paint.bold(name)}  ${when}${took}  ${DECISIONS[verdict.decision]}: ${verdict.summary}`,
    ...basis(gate),
    ...told.flatMap((metric) => metricLines(metric, gate)),
    ...(rest.length === 0 ? [] : [paint.dim(`  nothing against: ${rest.join(', ')}`)]),
  ];
}

/** Validations have metrics of their own, which are no counts of what went wrong. */
function nameIn({ sequential }: ExplainedGate, { metric, version }: MetricEvidence): string {
  const whose = version === undefined ? '' : ` of ${versionName(version)}`;
  return `${sequential ? titleOf(metric) : metric}${whose}`;
}

/** What the verdict rests on. */
function basis({ verdict, sequential, nextWeight }: ExplainedGate): string[] {
  const { samples, batches, ramp } = verdict;
  const lines: string[] = [];
  if (sequential && samples && batches)
    lines.push(
      `  rests on ${formatCount(samples.candidate)} requests of the candidate and ${formatCount(samples.stable)} of stable, in ${formatCount(batches.count)} ${batches.count === 1 ? 'batch' : 'batches'}`,
    );
  if (sequential && nextWeight !== null && nextWeight < FULL_WEIGHT)
    lines.push(`  leads to ${percent(nextWeight)} of traffic, so margins are wider here than at the last step`);
  if (ramp)
    lines.push(
      `  risk: at most ${formatCount(Math.ceil(ramp.spent))} of ${formatCount(ramp.budget)} bad responses are used up; the candidate's excess is at most ${formatShare(ramp.excessBound)}, which allows ${percent(ramp.nextWeight)} next`,
    );
  return lines;
}

/** What decided, and whatever has something to say; where one metric failed, the others only if they do. */
function isTold(evidence: MetricEvidence, verdict: ExplainedGate['verdict']): boolean {
  const { metric, required, decision, against, detail } = evidence;
  if (rewardOf(metric) !== null) return true;
  if (isShownOnly(evidence)) return detail !== undefined;
  if (decision === 'fail' || oneIn(against) !== null || (verdict.culprits ?? []).includes(metric)) return true;
  return required && verdict.decision !== 'fail';
}

function metricLines(metric: MetricEvidence, gate: ExplainedGate): string[] {
  const needed = metric.required ? '' : paint.dim(', not needed to go on');
  return [
    `  ${MARKS[metric.decision]} ${nameIn(gate, metric)}: ${stateOf(metric)}${needed}`,
    ...columns(metricClauses(metric, gate).map(([name, clause]) => [`      ${paint.dim(name)}`, clause])),
  ];
}

function stateOf({ metric, decision }: MetricEvidence): string {
  return decision === 'pass' && rewardOf(metric) !== null ? 'better' : STATES[decision];
}

function alphaLines({ alpha }: Explanation): string[] {
  if (alpha === null) return [];
  const rows = alpha.stages.map(({ stage, alpha: share, strongest }) => {
    const rare = strongest && oneIn(strongest.against);
    const found =
      strongest && rare
        ? `most against it: ${titleOf(strongest.metric)} in ${strongest.gate}, ${rare}`
        : 'nothing against it';
    return [`  ${stage}`, formatShare(share), found];
  });
  return [
    paint.bold(
      `false alarms: a harmless candidate is rolled back with a chance of at most ${formatShare(alpha.total)}, shared out over the stages`,
    ),
    ...columns(rows),
  ];
}
