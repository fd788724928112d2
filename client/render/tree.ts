import { columns } from './columns.ts';
import { formatDuration } from '../../domain/duration.ts';
import { formatCount, formatDay, formatShare } from './numbers.ts';
import { MARKS } from './marks.ts';
import { nextActs } from './next.ts';
import { paint } from '../terminal.ts';
import { percent } from '../../domain/render-details.ts';
import { phaseOf, type Sighting } from '../rollouts/sighting.ts';
import { renderPending } from './pending.ts';
import { renderAftermath } from './aftermath.ts';
import { renderClose } from './close.ts';
import { renderVerdict } from './verdict.ts';
import type { RolloutStatus, StageStatus } from '../../domain/rollout-state.ts';
import type { Verdict } from '../../domain/verdict.ts';

/** What the tree shows besides the sighting itself. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Share of live requests that the candidate got lately; `null` when not known. */
  readonly measured: number | null;
}

/** A rollout as a tree: stages, canary steps, weights, how the gate stands, what a person can do. */
export function renderTree(sighting: Sighting, surroundings: Surroundings): string[] {
  const { status, live, pending } = sighting;
  const verdict = sighting.close === null && live ? renderVerdict('gate now', live) : lastVerdict(status);
  return [
    heading(sighting, surroundings.measured),
    ...(status ? stageRows(sighting, status, surroundings.now) : withoutWorker(sighting)),
    ...section([...verdict, ...budgetRows(sighting.close === null && live ? live : status?.lastVerdict)]),
    ...section(renderPending(pending)),
    ...section(sighting.close ? renderClose(sighting.close, sighting.type) : nextActs(sighting)),
    ...renderAftermath(sighting.aftermath, surroundings.now),
  ];
}

function heading(sighting: Sighting, measured: number | null): string {
  const { attributes, status, target, endpoint, type } = sighting;
  const candidate = status?.candidate ?? attributes.candidate ?? '';
  const what = [status?.model || attributes.model || type, candidate].filter(Boolean).join(' ');
  const weight = status?.desiredWeight ?? attributes.weight ?? 0;
  const seen = measured === null ? '' : `, measured ${formatShare(measured)}`;
  const paused = sighting.close === null && (status?.paused ?? attributes.paused) ? paint.warn('  paused') : '';
  return `${paint.bold(what)} → ${target}/${endpoint}  ${phaseOf(sighting)}, ${percent(weight)} of live traffic${seen}${paused}`;
}

/** A rollback has no stages: it is the way back alone. */
function stageRows({ close, type }: Sighting, status: RolloutStatus, now: number): string[] {
  if (type === 'rollback') return [];
  // A workflow that failed or was terminated had no time to say so.
  const stages = status.stages.map((row) =>
    close && row.state === 'running' ? { ...row, state: 'failed' as const } : row,
  );
  const rows = stages.map((row) => [MARKS[row.state], row.stage, timeOf(row, now), detailOf(row, status, now)]);
  return columns(rows).flatMap((line, index) => {
    const last = index === stages.length - 1;
    const row = stages[index];
    const steps = row?.stage === 'canary' ? stepRows(status, row.state, last) : [];
    return [`${last ? '└' : '├'} ${line}`, ...steps];
  });
}

/** A step under way when its stage ended shares its fate. */
function stepRows({ steps }: RolloutStatus, stage: StageStatus['state'], last: boolean): string[] {
  return steps.map(({ weight, state }, index) => {
    const branch = index === steps.length - 1 ? '└' : '├';
    return `${last ? ' ' : '│'}   ${branch} ${MARKS[state === 'running' ? stage : state]} ${percent(weight)}`;
  });
}

function timeOf({ startedAt, endedAt }: StageStatus, now: number): string {
  if (startedAt === null) return '';
  return formatDuration(Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt)));
}

function detailOf({ state, detail }: StageStatus, { nextDeadline, waitingFor }: RolloutStatus, now: number): string {
  if (state !== 'running') return paint.dim(detail);
  const left = nextDeadline === null ? 0 : Date.parse(nextDeadline) - now;
  const waits = waitingFor === null ? '' : paint.warn(`waits for approval of ${waitingFor}`);
  const deadline = left > 0 ? `decides within ${formatDuration(left)}` : '';
  return [detail, waits, deadline].filter(Boolean).join('; ');
}

function withoutWorker({ startedAt, close, by }: Sighting): string[] {
  const since = `since ${formatDay(startedAt)}${by ? `, started by ${by}` : ''}`;
  return close
    ? [since]
    : [since, paint.warn('no worker answers, so this is only what Temporal itself knows; `slipway up` starts one')];
}

function lastVerdict(status: RolloutStatus | null): string[] {
  return status?.lastVerdict ? renderVerdict('last gate', status.lastVerdict) : [];
}

/** What a ramp has spent of its risk budget, and where that lets it go. */
function budgetRows(verdict: Partial<Verdict> | null | undefined): string[] {
  if (!verdict?.ramp) return [];
  const { spent, budget, nextWeight, excessBound } = verdict.ramp;
  const harm = `at most ${formatShare(excessBound)} of its answers are bad beyond stable's own`;
  return [
    `  risk budget: ${formatCount(Math.ceil(spent))} of ${formatCount(budget)} bad responses; ${harm}; next at most ${percent(nextWeight)}`,
  ];
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}
