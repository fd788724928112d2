import { REASONS } from './reasons.ts';
import type { RolloutStatus, StageStatus } from './rollout-state.ts';

const MARKS: Readonly<Record<StageStatus['state'], string>> = {
  waiting: '·',
  running: '▶',
  passed: '✓',
  failed: '✗',
  skipped: '–',
  undecided: '?',
};

/** The panel that the Web UI shows for a rollout, in Markdown: where it stands, why, what happens next, how to stop it. */
export function renderDetails(status: RolloutStatus): string {
  const title = `**${status.model} ${status.candidate ?? ''}** → ${status.target}/${status.endpoint}, serving ${percent(status.desiredWeight)} of live traffic`;
  const table = [
    '| | stage | |',
    '|---|---|---|',
    ...status.stages.map(({ stage, state, detail }) => `| ${MARKS[state]} | ${stage} | ${cell(detail)} |`),
  ];
  const notes = [
    status.steps.length > 0 &&
      `Canary steps: ${status.steps.map((step) => `${MARKS[step.state]} ${percent(step.weight)}`).join('  ')}`,
    status.lastVerdict && `Last verdict: **${status.lastVerdict.decision}**, ${cell(status.lastVerdict.summary)}`,
    next(status),
  ].filter(Boolean);
  return [title, '', ...table, '', notes.join('\n\n')].join('\n');
}

/** Parts per 10,000 as people write them. */
export function percent(weight: number): string {
  return `${weight / 100} %`;
}

function next(status: RolloutStatus): string {
  const { outcome, reason, phase } = status;
  if (outcome) return `Ended **${outcome}**: ${status.detail || (reason ? REASONS[reason] : '')}`;
  if (phase === 'rollback') return 'Going back to the version that served before.';
  if (phase === 'rollback_failed')
    return '**Traffic could not be restored yet.** Tries go on; look at the pending activity below for the reason.';
  const stop = 'Stop and undo: send the signal `abort` (no input needed).';
  if (status.waitingFor)
    return `Waits for approval: send the update \`approve\` with \`{"gate": "${status.waitingFor}"}\`. ${stop}`;
  if (status.paused)
    return `**Paused** at this weight; gates are still watched. Go on: send the signal \`resume\`. ${stop}`;
  const deadline = status.nextDeadline ? `Decides by ${status.nextDeadline} at the latest. ` : '';
  return `${deadline}Hold at this weight: send the signal \`pause\`. ${stop}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
