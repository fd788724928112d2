import type { Outcome } from '../domain/outcome.ts';

/** What the shell and CI are told; part of the external contract (design.md). */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  rolledBack: 3,
  aborted: 4,
  rollbackFailed: 5,
  held: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_OUTCOME: Readonly<Record<Outcome, ExitCode>> = {
  promoted: EXIT.ok,
  rolled_back: EXIT.rolledBack,
  aborted: EXIT.aborted,
  held: EXIT.held,
};

/** The code of a closed rollout. */
export function exitCodeOf(outcome: Outcome): ExitCode {
  return BY_OUTCOME[outcome];
}
