import { formatBytes } from './bytes.ts';
import { paint } from '../terminal.ts';
import type { PartStatus, StackStatus } from '../stack/status.ts';

const MARKS = { healthy: paint.good('✓'), unhealthy: paint.bad('✗'), stopped: paint.dim('·') };

/** One line a part: state, where, process, memory. */
export function renderStack({ parts, home }: StackStatus): string {
  const rows = parts.map((part) => [part.title, part.state, part.address, processOf(part)]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = parts.map((part, index) => {
    const cells = (rows[index] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const reason = part.state !== 'healthy' && part.detail !== 'not started' ? `\n    ${part.detail}` : '';
    return `${MARKS[part.state]} ${cells.join('  ').trimEnd()}${reason}`;
  });
  return [...lines, paint.dim(`state and logs: ${home}`)].join('\n') + '\n';
}

function processOf({ existing, pid, memoryBytes }: PartStatus): string {
  if (existing) return 'not started here';
  return pid === null ? '' : `pid ${pid}, ${formatBytes(memoryBytes ?? 0)}`;
}
