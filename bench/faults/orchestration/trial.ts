import type { Arena } from './arena.ts';
import type { Case } from './cases.ts';
import { faultsOf, type Trace } from './check.ts';
import type { Play } from './play.ts';

/** What became of one fault. */
export interface Trial {
  readonly fault: Case;
  /** False when the rollout did not come by the point of its fault. */
  readonly struck: boolean;
  /** What is wrong with its rollout, told once where several faults struck the same one. */
  readonly violations: readonly string[];
  readonly lostRequests: number;
  /** `null` where no activity of the rollout came after it. */
  readonly recoveryMs: number | null;
  /** Changes of late attempts that were refused. */
  readonly refused: number;
}

/** Waits for the rollout to end and looks at what it left, one trial a fault; `expected` as for `faultsOf`. */
export async function judge(arena: Arena, play: Play, expected: Trace | null): Promise<Trial[]> {
  const { world, path, strikes } = play;
  const violations = faultsOf(world, path, await arena.outcome(play), expected);
  return strikes.map(({ given, hits, recoveryMs }, at) => ({
    fault: given,
    struck: hits > 0,
    violations: at === 0 ? violations : [],
    lostRequests: at === 0 ? world.lostRequests : 0,
    recoveryMs,
    refused: world.refused,
  }));
}

/** The same look once more, after late attempts have had their say. */
export function judgeAgain(trial: Trial, play: Play, before: string): Trial {
  const after = snapshotOf(play);
  const violations = after === before ? [] : [`a late attempt changed the world from ${before} to ${after}`];
  return { ...trial, violations: [...trial.violations, ...violations], refused: play.world.refused };
}

export function snapshotOf({ world }: Play): string {
  const { route, fence, alias, deployed, ledger } = world;
  return JSON.stringify({ route, fence, alias, deployed: [...deployed], rows: ledger.length });
}
