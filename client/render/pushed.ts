import { UNKNOWN_LABEL_DAYS } from '../../domain/serving-contract.ts';
import type { Pushed } from '../outcomes/push.ts';
import type { OutcomeFile } from '../outcomes/outcome-file.ts';
import { paint } from '../terminal.ts';

/** Rejected lines shown; `--json` has more of them. */
const MOST_SHOWN = 10;

export function renderPushed(
  { sent, accepted, repeated, revised, unknown, rewards = 0 }: Pushed,
  { what, superseded, rejected, rejectedLines, lineWord }: Omit<OutcomeFile<never>, 'count' | 'portions' | 'close'>,
): string {
  const parts =
    what === 'reward'
      ? [`${amount(rewards)} new`, `${amount(sent - rewards)} already known`]
      : [
          `${amount(accepted)} accepted`,
          `${amount(repeated)} already known`,
          ...(revised > 0 ? [`${amount(revised)} revised`] : []),
        ];
  const all = `${amount(sent)} ${what}${sent === 1 ? '' : 's'}`;
  const lines = [`${rejected > 0 ? paint.warn('!') : paint.good('✓')} ${all} sent: ${parts.join(', ')}`];
  if (unknown > 0)
    lines.push(
      `  ${labels(unknown)} of unknown ids, kept for ${UNKNOWN_LABEL_DAYS} days in case their predictions come`,
    );
  if (superseded > 0)
    lines.push(`  ${labels(superseded)} not sent, since the file has a later one for the same prediction`);
  if (rejected > 0) {
    lines.push(`  ${amount(rejected)} ${lineWord}${rejected === 1 ? '' : 's'} rejected:`);
    for (const { line, reason } of rejectedLines.slice(0, MOST_SHOWN)) lines.push(`    ${lineWord} ${line}: ${reason}`);
    const more = rejected - MOST_SHOWN;
    if (more > 0) lines.push(`    and ${amount(more)} more`);
  }
  return `${lines.join('\n')}\n`;
}

function labels(count: number): string {
  return `${amount(count)} label${count === 1 ? '' : 's'}`;
}

function amount(count: number): string {
  return count.toLocaleString('en-US');
}
