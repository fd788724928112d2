import { columns } from './columns.ts';
import { formatDay, formatTime } from './numbers.ts';
import { formatRoute } from './route.ts';
import { paint } from '../terminal.ts';
import { REASONS } from '../../domain/reasons.ts';
import type { Route } from '../../domain/route.ts';
import type { HistoryRow } from '../ledger.ts';

const BAD: ReadonlySet<string> = new Set(['rollback', 'rollback_failed']);

/** The ledger as a story: one heading a rollout, one line an entry. */
export function renderTimeline(rows: readonly HistoryRow[]): string {
  const rollouts = [...new Set(rows.map(({ rolloutId }) => rolloutId))];
  const lines = columns(rows.map(cells));
  const parts = rollouts.map((id) => {
    const own = rows.flatMap((row, index) => (row.rolloutId === id ? [lines[index] ?? ''] : []));
    const first = rows.find(({ rolloutId }) => rolloutId === id);
    return [paint.bold(`${id}  ${first ? formatDay(first.effectiveAt) : ''}`), ...own].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

function cells({ actor, detail, effectiveAt, reason, stage, step }: HistoryRow): string[] {
  const where = step ?? stage;
  const who = actor.proof === 'system' ? '' : ` (${actor.name}${actor.proof === 'asserted' ? ', asserted' : ''})`;
  return [
    `  ${formatTime(effectiveAt)}`,
    BAD.has(stage) ? paint.bad(where) : where,
    reason,
    `${sentence(reason, detail)}${who}`,
  ];
}

/** What the entry itself says, else what its reason means. */
function sentence(reason: HistoryRow['reason'], detail: HistoryRow['detail']): string {
  const { alias, from, message, route, summary, to } = detail;
  const said = [message, summary].find((text) => typeof text === 'string' && text !== '');
  if (typeof said === 'string') return said;
  if (isRoute(route)) return formatRoute(route);
  if (typeof alias === 'string') return `${alias}: ${versionOf(from)}${typeof to === 'string' ? to : 'none'}`;
  return REASONS[reason] ?? '';
}

function versionOf(from: unknown): string {
  return typeof from === 'string' ? `${from} → ` : '';
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'arms' in value && 'mirrors' in value;
}
