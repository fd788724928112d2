import { rolloutWorkflowId, versionName } from '../../../domain/ids.ts';
import { REASONS } from '../../../domain/reasons.ts';
import type { LoggedRun } from '../../endpoint/runs.ts';
import type { Place } from '../../rollouts/place.ts';
import { html, type Html, type Part } from '../html.ts';
import { note, state } from '../parts.ts';
import { table } from '../table.ts';
import { lasted, moment, spaced } from '../words.ts';

/** The last rollouts, rollbacks and drills, and why each ended as it did. */
export function runsSection(runs: readonly LoggedRun[], place: Place, at: string, webUi: string | null): Part {
  if (runs.length === 0) return note('The ledger has no rollout on this endpoint.');
  const workflow = rolloutWorkflowId(place.target, place.endpoint);
  return table('The latest first', runs, [
    {
      title: 'run',
      of: ({ rolloutId, kind }) => html`<code>${rolloutId}</code>${kind === 'rollout' ? null : html` ${kind}`}`,
    },
    { title: 'version', of: ({ candidate }) => candidate && versionName(candidate) },
    { title: 'began', of: ({ startedAt }) => moment(startedAt), whole: true },
    { title: 'took', of: ({ startedAt, endedAt }) => lasted(startedAt, endedAt ?? at), whole: true },
    { title: 'for', of: ({ by }) => (by.proof === 'system' ? null : by.name) },
    { title: 'ended', of: (run) => html`${outcomeOf(run)}${whyOf(run)}` },
    {
      title: 'look',
      of: ({ runId }) => runId !== null && webUi !== null && html`<a href="${webUi}/${workflow}/${runId}">Web UI</a>`,
      whole: true,
    },
  ]);
}

function outcomeOf({ kind, outcome, reason }: LoggedRun): Html {
  if (outcome === null)
    return reason === 'FoundTerminated' ? state('bad', 'ended by force') : state('warn', 'under way');
  if (reason === 'DrillNotHeld') return state('warn', 'not rehearsed');
  if (reason === 'DrillPassed') return state('good', 'rollback proven');
  // Of a rollback it is the aim.
  const isGood = outcome === 'promoted' || (kind === 'rollback' && outcome === 'rolled_back');
  return state(isGood ? 'good' : outcome === 'rolled_back' ? 'bad' : 'warn', spaced(outcome));
}

function whyOf({ reason, detail }: LoggedRun): Part {
  const why = [reason === null ? '' : REASONS[reason], detail].filter((part) => part !== '').join(': ');
  return why !== '' && html`<span class="why">${why}</span>`;
}
