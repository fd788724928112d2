import type { CampaignRow, NotRun } from '../row.ts';
import { runBoundaries, type CampaignOptions } from './campaign.ts';
import { PATHS } from './paths.ts';
import { strikesOf, runRandomTimes } from './random-times.ts';
import { withArena } from './server.ts';

const STRIKES = 30;

/** What takes no longer than a minute: no soak of a hundred windows, and nobody waits for the time limits of a build. */
const QUICK: Partial<CampaignOptions> = {
  most: 24,
  paths: PATHS.filter(({ name }) => !name.startsWith('soak')),
  keep: ({ fault, point }) =>
    fault !== 'stop' && point.when !== 'after the record' && !/^(build|validate)/.test(point.place),
};
const NOT_QUICK: readonly NotRun[] = [
  'soaks over continue-as-new',
  'stopped workers, and workers killed after the record',
  'killed builds and validations',
  'faults at random times',
].map((what) => ({ what, why: 'this is a quick run' }));

/** What {@link CampaignRow.recoveryMs} means in these rows. */
export const RECOVERY =
  "recovery: from the end of the fault (a killed or stopped worker's: from when it was hit) until the next activity of the same rollout came to its end";

/** The part of the campaign in which only orchestration is real: Temporal, worker processes, and a world without servers. */
export async function playOrchestration(options: {
  quick: boolean;
  seed: number;
  log: (line: string) => void;
}): Promise<{ rows: readonly CampaignRow[]; notRun: readonly NotRun[] }> {
  const { quick, seed, log } = options;
  return withArena(async (arena) => {
    if (quick) {
      const { rows, notRun } = await runBoundaries(arena, { seed, log, ...QUICK });
      return { rows, notRun: [...notRun, ...NOT_QUICK] };
    }
    const { rows, notRun, expected } = await runBoundaries(arena, { seed, log });
    log(`${STRIKES} faults at random times, seed ${seed}`);
    const random = await runRandomTimes(arena, seed, strikesOf(seed, STRIKES), expected);
    return { rows: [...rows, ...random], notRun };
  });
}
