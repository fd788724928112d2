import { type WorkflowExecutionDescription, type WorkflowHandle, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.ts';
import { phaseOf, type Close, type Sighting } from './sighting.ts';
import type { RolloutResult } from '../../domain/rollout-state.ts';

/** Reads from a closed workflow how it ended. */
export async function closeOf(handle: WorkflowHandle, { status }: WorkflowExecutionDescription): Promise<Close | null> {
  switch (status.name) {
    case 'RUNNING':
    case 'PAUSED':
    case 'CONTINUED_AS_NEW':
      return null;
    case 'TERMINATED':
      return {
        kind: 'terminated',
        message: 'terminated by force, so nothing was put back; see `slipway history` and the route',
      };
    case 'CANCELLED':
      // A cancelled rollout goes back like an aborted one before it closes.
      return { kind: 'outcome', outcome: 'aborted', result: null };
    default:
      return readResult(handle);
  }
}

async function readResult(handle: WorkflowHandle): Promise<Close> {
  try {
    const result = (await handle.result()) as RolloutResult;
    return { kind: 'outcome', outcome: result.outcome, result };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = rootCause(error);
    return {
      kind: 'failed',
      type: cause instanceof ApplicationFailure ? (cause.type ?? null) : null,
      message: cause.message,
    };
  }
}

/** What the shell is told of a rollout that is waited for; `null` while there is nothing to tell. */
export function exitCodeFor(sighting: Sighting): ExitCode | null {
  const { close } = sighting;
  if (close === null) {
    const { diagnosing, outcome } = sighting.status ?? {};
    // Its story is over; only a look into the version that left goes on.
    if (diagnosing && outcome) return exitCodeOf(outcome);
    return phaseOf(sighting) === 'rollback_failed' ? EXIT.rollbackFailed : null;
  }
  if (close.kind === 'outcome') return exitCodeOf(close.outcome);
  return close.kind === 'failed' && close.type === 'InvalidSpec' ? EXIT.usage : EXIT.unexpected;
}

/** A sighting as `--json` prints it: with what most programs ask for on top. */
export function sightingJson(sighting: Sighting): string {
  const { close } = sighting;
  const outcome = close?.kind === 'outcome' ? close.outcome : (close?.kind ?? null);
  return JSON.stringify({ outcome, phase: phaseOf(sighting), ...sighting });
}

/** The innermost of an error's causes: what went wrong, without who passed it on. */
export function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}
