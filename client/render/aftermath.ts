import { formatDuration } from '../../domain/duration.ts';
import type { AftermathStatus } from '../../domain/aftermath.ts';
import { paint } from '../terminal.ts';

/** How the version serves since it has its traffic back, in one line. */
export function renderAftermath(aftermath: AftermathStatus | null, now: number): string[] {
  if (!aftermath) return [];
  const { state, summary, until, version } = aftermath;
  switch (state) {
    case 'watching':
      return [paint.dim(`  ${version} is watched for another ${formatDuration(Math.max(0, Date.parse(until) - now))}`)];
    case 'as before':
      return [`  ${version} serves no worse than before`];
    case 'worse':
      return [paint.bad(`  ${version} serves worse than before: ${summary}`)];
    case 'unknown':
      return [paint.dim(`  too little was seen of ${version} since to tell how it serves`)];
  }
}
