import { columns } from './columns.ts';
import { paint } from '../terminal.ts';
import type { TriedReceiver } from '../alerts/try-receivers.ts';

/** One line for each receiver: its name, and what it answered to the alert and to its end. */
export function renderTried(tried: readonly TriedReceiver[]): string {
  const rows = tried.map(({ receiver, delivered, firing, resolved }) => [
    delivered ? paint.good('✓') : paint.bad('✗'),
    receiver,
    firing === resolved ? firing : `${firing}; when it was over: ${resolved}`,
  ]);
  return `${columns(rows).join('\n')}\n`;
}
