import { paint } from '../terminal.ts';
import type { StageStatus } from '../../domain/rollout-state.ts';

/** The same signs as in the Web UI. */
export const MARKS: Readonly<Record<StageStatus['state'], string>> = {
  waiting: paint.dim('·'),
  running: paint.warn('▶'),
  passed: paint.good('✓'),
  failed: paint.bad('✗'),
  skipped: paint.dim('–'),
  undecided: paint.warn('?'),
};
