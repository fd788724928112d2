import { randomOf } from '../../gates/sim/random.ts';
import type { CampaignRow, NotRun } from '../row.ts';
import type { Arena } from './arena.ts';
import { PROCESS_FAULTS, type Case } from './cases.ts';
import { discover } from './discover.ts';
import { chunks, shuffled } from './draw.ts';
import { PATHS, type Path } from './paths.ts';
import { rowsOf } from './rows.ts';
import * as rounds from './rounds.ts';
import type { Expected } from './rounds.ts';
import type { Trial } from './trial.ts';

/** Rollouts that a fault of a process strikes at once. */
const ROUND = 100;
/** Rollouts with faults of their own that go on beside each other. */
const AT_ONCE = 24;

export interface CampaignOptions {
  readonly seed: number;
  /** How many cases are drawn, of which paths and faults; all when absent. */
  readonly most?: number;
  readonly paths?: readonly Path[];
  readonly keep?: (given: Case) => boolean;
  readonly log: (line: string) => void;
}

export interface Campaign {
  readonly rows: readonly CampaignRow[];
  readonly trials: readonly Trial[];
  readonly notRun: readonly NotRun[];
  readonly expected: Expected;
}

/** Faults at every boundary of every path, or at as many as are drawn with the seed. */
export async function runBoundaries(arena: Arena, options: CampaignOptions): Promise<Campaign> {
  const { seed, most, paths = PATHS, keep = () => true, log } = options;
  const { cases: all, expected } = await discover(arena, paths);
  const cases = shuffled(randomOf(seed, 'cases', 0), all.filter(keep)).slice(0, most ?? all.length);
  log(`${cases.length} of ${all.length} faults at the boundaries of the paths, seed ${seed}`);
  const trials: Trial[] = [];
  for (const { name, of, play } of METHODS) {
    const struck = cases.filter(of);
    // Faults of calls share rollouts, so they are best dealt with all at once.
    for (const round of chunks(struck, name === 'calls' ? Math.max(struck.length, 1) : ROUND)) {
      const began = Date.now();
      const found = await play(arena, round, expected);
      trials.push(...found);
      const broken = found.flatMap((trial) => trial.violations);
      log(
        `${name}: ${found.length} faults in ${Math.round((Date.now() - began) / 1_000)} s, ${broken.length} violations`,
      );
    }
  }
  const rows = rowsOf(trials.filter(({ struck }) => struck));
  return { rows, trials, notRun: leftOut(all.length, cases.length, trials), expected };
}

interface Method {
  readonly name: string;
  readonly of: (given: Case) => boolean;
  readonly play: (arena: Arena, cases: readonly Case[], expected: Expected) => Promise<Trial[]>;
}

const isRecorded = ({ point }: Case) => point.when === 'after the record';
const METHODS: readonly Method[] = [
  {
    name: 'calls',
    of: ({ fault }) => !(PROCESS_FAULTS as readonly string[]).includes(fault),
    play: (arena, cases, expected) => rounds.soft(arena, cases, expected, AT_ONCE),
  },
  { name: 'kill -9', of: (given) => given.fault === 'kill -9' && !isRecorded(given), play: rounds.kill },
  {
    name: 'kill -9, recorded',
    of: (given) => given.fault === 'kill -9' && isRecorded(given),
    play: rounds.killAfterRecord,
  },
  { name: 'stop', of: (given) => given.fault === 'stop' && !isRecorded(given), play: rounds.stop },
  { name: 'stop, recorded', of: (given) => given.fault === 'stop' && isRecorded(given), play: rounds.stopAfterRecord },
  { name: 'restart', of: ({ fault }) => fault === 'restart', play: rounds.restart },
];

function leftOut(all: number, drawn: number, trials: readonly Trial[]): NotRun[] {
  const missed = trials.filter(({ struck }) => !struck).map(({ fault }) => fault);
  return [
    ...(drawn < all ? [{ what: `${all - drawn} of ${all} faults at boundaries`, why: 'a sample was asked for' }] : []),
    ...missed.map(({ path, point, fault }) => ({
      what: `${fault} ${point.when}, ${point.place} (${path.name})`,
      why: 'its rollout did not come by: rows that wait are written together, or it took too long',
    })),
    {
      what: 'restart, error and faults of single calls after the record',
      why: 'nothing of the activity is left that they could strike',
    },
  ];
}
