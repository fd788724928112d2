import { columns } from './columns.ts';
import { formatDay } from './numbers.ts';
import { formatDuration } from '../../domain/duration.ts';
import { paint } from '../terminal.ts';
import { percent } from '../../domain/render-details.ts';
import type { ListedRollout } from '../rollouts/list.ts';

const HEADER = ['endpoint', 'kind', 'version', 'state', 'weight', 'started', 'took', 'by'].map((title) =>
  paint.dim(title),
);

export function renderList(rollouts: readonly ListedRollout[], now: number): string {
  if (rollouts.length === 0) return 'none\n';
  const rows = rollouts.map((rollout) => {
    const { attributes, target, endpoint, type, startedAt, closedAt, by } = rollout;
    const took = (closedAt === null ? now : Date.parse(closedAt)) - Date.parse(startedAt);
    return [
      `${target}/${endpoint}`,
      type,
      attributes.candidate ?? attributes.model ?? '',
      stateOf(rollout),
      attributes.weight === null ? '' : percent(attributes.weight),
      formatDay(startedAt),
      formatDuration(took),
      by ?? '',
    ];
  });
  return `${columns([HEADER, ...rows]).join('\n')}\n`;
}

function stateOf({ attributes, state }: ListedRollout): string {
  if (state === 'RUNNING') return paint.warn(`${attributes.stage ?? 'starting'}${attributes.paused ? ', paused' : ''}`);
  if (attributes.outcome)
    return (attributes.outcome === 'promoted' ? paint.good : paint.bad)(attributes.outcome.replace('_', ' '));
  return paint.bad(state.toLowerCase().replace('_', ' '));
}
