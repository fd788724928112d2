import { FINDING_KINDS, type FindingKind, type MonitorPolicy } from '../../../domain/monitor.ts';
import type { MonitorSighting } from '../../monitors/monitors.ts';
import { formatCount } from '../../render/numbers.ts';
import { html, type Part } from '../html.ts';
import { facts, note } from '../parts.ts';
import { table } from '../table.ts';
import { ago, moment, rounded, spaced } from '../words.ts';

const ANSWERS: Readonly<Record<MonitorPolicy, string>> = {
  notify: 'people are told',
  ask: 'people are told the command that goes back',
  rollback: 'traffic goes back to the version before',
  retrain: 'a retraining begins',
};

/** Who watches what serves, and what is done about what is found. */
export function watchSection({ state, status, paused }: MonitorSighting, at: string): Part {
  if (state !== 'RUNNING') return note(`Nobody watches it: its monitor is ${spaced(state.toLowerCase())}.`);
  if (status === null) return note(`It is watched${paused ? ', paused' : ''}; no worker answered.`);
  const { windowMs, windows, since, last, policy, unsent } = status;
  const halted = status.paused;
  return [
    facts([
      ['windows', `${windowMs === null ? '' : `every ${rounded(windowMs)}, `}${formatCount(windows)} so far`],
      ['since', moment(since)],
      [
        'last window',
        last && `ended ${ago(last.at, at)}${last.unjudged === null ? '' : `, not judged: ${last.unjudged}`}`,
      ],
      [
        'paused',
        halted && html`by ${halted.by} since ${moment(halted.at)}${halted.reason === '' ? null : `: ${halted.reason}`}`,
      ],
      ['alerts', unsent > 0 && `${unsent} did not get through yet`],
    ]),
    policy &&
      table('What is done about findings', answersOf(policy), [
        { title: 'answer', of: ({ answer }) => answer },
        { title: 'findings', of: ({ kinds }) => kinds.map(spaced).join(', ') },
      ]),
  ];
}

function answersOf(policy: Readonly<Record<FindingKind, MonitorPolicy>>) {
  const answers = Map.groupBy(FINDING_KINDS, (kind) => ANSWERS[policy[kind]]);
  return [...answers].map(([answer, kinds]) => ({ answer, kinds }));
}
