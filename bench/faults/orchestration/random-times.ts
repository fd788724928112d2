import { setTimeout as delay } from 'node:timers/promises';
import { randomOf, type Random } from '../../gates/sim/random.ts';
import type { CampaignRow } from '../row.ts';
import type { Arena } from './arena.ts';
import { faultsOf } from './check.ts';
import { pick } from './draw.ts';
import { PATHS } from './paths.ts';
import type { Play } from './play.ts';
import type { Expected } from './rounds.ts';
import { snapshotOf } from './trial.ts';
import { FAULTS, Striking, type Strike } from './striking.ts';
import type { Port } from './world-call.ts';

const ROLLOUTS_AT_ONCE = 16;
const PORTS: readonly Port[] = ['serving target', 'registry', 'ledger', 'evidence'];

/** Faults at random times, about one in four seconds, each for up to 12 s. */
export function strikesOf(seed: number, count: number): Strike[] {
  const random: Random = randomOf(seed, 'random times', 0);
  return Array.from({ length: count }, () => ({
    kind: pick(random, FAULTS),
    port: pick(random, PORTS),
    afterMs: Math.round(-4_000 * Math.log(random.uniform())),
    lastsMs: Math.round(500 + 11_500 * random.uniform()),
  }));
}

/** Rollouts on all paths go on all the time while the strikes come; each is judged as it ends, and all once more at the end. */
export async function runRandomTimes(
  arena: Arena,
  seed: number,
  strikes: readonly Strike[],
  expected: Expected,
): Promise<CampaignRow[]> {
  const random = randomOf(seed, 'paths', 0);
  const open = new Set<Play>();
  const closed: { play: Play; before: string; wrong: string[] }[] = [];
  let over = false;
  const rollouts = async () => {
    while (!over) {
      const play = await arena.begin(pick(random, PATHS));
      open.add(play);
      const result = await arena.outcome(play);
      open.delete(play);
      const wrong = faultsOf(play.world, play.path, result, expected(play.path));
      closed.push({ play, before: snapshotOf(play), wrong });
    }
  };
  const worker = new Striking(arena, open);
  await worker.start();
  const going = Promise.all(Array.from({ length: ROLLOUTS_AT_ONCE }, rollouts));
  for (const strike of strikes) {
    await delay(strike.afterMs);
    await worker.strike(strike);
  }
  over = true;
  await going;
  await worker.end();
  const late = closed.filter(({ play, before }) => snapshotOf(play) !== before);
  const notes = [
    ...closed.flatMap(({ wrong, play }) => wrong.map((text) => `${play.path.name}: ${text}`)),
    ...late.map(({ play }) => `${play.path.name}: a late attempt changed ${play.endpoint}`),
  ];
  return worker.rows(`random times, seed ${seed}, ${closed.length} rollouts`, {
    violations: notes.length,
    failedRequests: closed.reduce((sum, { play }) => sum + play.world.lostRequests, 0),
    notes,
  });
}
