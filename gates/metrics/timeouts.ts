import type { Arms } from '../kinds/arms.ts';
import type { Evidence, Standing } from '../evidence.ts';
import type { Scene } from './scene.ts';
import { eachArm } from '../kinds/arms.ts';
import { share } from '../two-arms.ts';
import { shownOnly } from './shown.ts';

/** Requests that ran into the time limit so far; nothing before the first of them. */
export function observeTimeouts(before: Arms<number> | undefined, { arms }: Scene): Arms<number> | undefined {
  const now = eachArm(arms, ({ timeouts }) => timeouts);
  if (!before) return now.candidate + now.stable > 0 ? now : undefined;
  return { candidate: before.candidate + now.candidate, stable: before.stable + now.stable };
}

/** How many of the errors were timeouts, for people: as errors they are judged already. */
export function timeoutStandings({ memory, tracks }: Evidence): Standing[] {
  const { timeouts } = memory;
  const seen = tracks.errors?.seen;
  if (!timeouts || !seen) return [];
  const n = { candidate: seen.candidate, stable: seen.stable };
  const shares = { candidate: share(timeouts.candidate, n.candidate), stable: share(timeouts.stable, n.stable) };
  return [shownOnly('timeouts', { ...shares, unit: 'share', margin: 1, n })];
}
