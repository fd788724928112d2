import { paint } from '../terminal.ts';
import { REASONS } from '../../domain/reasons.ts';
import type { Close } from '../rollouts/sighting.ts';
import type { Outcome } from '../../domain/outcome.ts';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  promoted: paint.good('✓ promoted'),
  rolled_back: paint.bad('✗ rolled back'),
  aborted: paint.warn('✗ aborted'),
  held: paint.warn('? held'),
};

/** How it ended, why, and what serves now. */
export function renderClose(close: Close, type: string): string[] {
  if (close.kind === 'terminated') return [paint.bad(`✗ ${close.message}`)];
  if (close.kind === 'failed') return [paint.bad(`✗ ended without a result: ${close.message}`)];
  const { outcome, result } = close;
  // Of a rollback it is the aim.
  const passed = type === 'drill' && result?.reason === 'DrillPassed';
  if (passed) return [`${paint.good('✓ rollback proven')}, ${result.detail}`];
  const ending = type === 'rollback' && outcome === 'rolled_back' ? paint.good('✓ rolled back') : OUTCOMES[outcome];
  if (result === null) return [ending];
  const detail = result.detail ? `: ${result.detail}` : '';
  const nothing = result.rolloutId === null ? 'nothing was started' : 'nothing is served';
  const serving = result.serving === null ? nothing : `${result.serving} serves`;
  return [`${ending}, ${REASONS[result.reason]}${detail}`, `  ${serving}`];
}
