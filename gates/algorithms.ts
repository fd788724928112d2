import type { GateBatch } from '../domain/gate-batch.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { Verdict } from '../domain/verdict.ts';
import { ALGORITHM } from './verdict-of.ts';
import { judgeAll } from './gate.ts';

/** The verdict on a whole series of batches, in order, by one version of the algorithm. */
export type JudgeAll = (question: GateQuestion, batches: readonly GateBatch[]) => Verdict;

/**
 * Every version whose verdicts a ledger may hold, by the name that verdicts carry.
 *
 * Only grows once a version was released: the code of an earlier one moves to a folder of its own and stays as it was.
 */
const ALGORITHMS: Readonly<Record<string, JudgeAll>> = { [ALGORITHM]: judgeAll };

/** The version of that name; `null` for one that this release does not have. */
export function algorithmNamed(name: string): JudgeAll | null {
  return Object.hasOwn(ALGORITHMS, name) ? (ALGORITHMS[name] ?? null) : null;
}

/** Whether the name is of a gate's algorithm at all, of this release or another; validation has algorithms of its own. */
export function isGateAlgorithm(name: string): boolean {
  return name.startsWith(`${FAMILY}/`);
}

const FAMILY = ALGORITHM.slice(0, ALGORITHM.indexOf('/'));
