import { formatBytes } from './bytes.ts';
import { formatMilliseconds, formatNumber, formatShare } from './numbers.ts';
import type { MetricEvidence } from '../../domain/verdict.ts';

type Unit = MetricEvidence['unit'];

/** A metric's value as people read it: `0.4 %`, `78 ms`, `1.2 GB`; seconds are of one request. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'ms':
      return formatMilliseconds(value);
    case 'seconds':
      return `${formatMilliseconds(value * 1_000)} a request`;
    case 'bytes':
      return formatBytes(value);
    case 'tokens':
      return `${formatNumber(value)} tokens`;
    case 'loss':
    case 'reward':
    case 'index':
      return formatNumber(value);
  }
}

/** Whether margins and differences of this unit are relative to stable; shares differ by points, and an index has no peer. */
export function isRelative(unit: Unit): boolean {
  return unit !== 'share' && unit !== 'index';
}
