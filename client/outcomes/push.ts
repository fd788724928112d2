import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome, OutcomesAccepted } from '../../domain/serving-contract.ts';
import { Failure } from '../failure.ts';
import type { LabelFile } from './read-labels.ts';

/** What came of a whole file. */
export interface Pushed extends OutcomesAccepted {
  readonly sent: number;
}

export interface PushPorts {
  readonly send: (outcomes: readonly Outcome[]) => Promise<OutcomesAccepted>;
  readonly onProgress: (sent: number) => void;
  /** Milliseconds before each further attempt at a portion. */
  readonly waitsMs?: readonly number[];
}

const WAITS_MS = [500, 1000, 2000, 4000, 8000];

/**
 * Sends a file's labels portion by portion; a portion whose answer was lost is sent again, since none counts twice.
 *
 * @throws Failure that says how far it came
 */
export async function pushLabels(file: LabelFile, endpoint: string, ports: PushPorts): Promise<Pushed> {
  const sums = { sent: 0, accepted: 0, repeated: 0, revised: 0, unknown: 0 };
  for await (const portion of file.portions()) {
    const outcomes = portion.map((label) => ({ endpoint, ...label }));
    const answer = await sendSurely(outcomes, ports).catch((error: unknown) => {
      throw interrupted(error, sums.sent, file.labels);
    });
    sums.sent += outcomes.length;
    for (const key of ['accepted', 'repeated', 'revised', 'unknown'] as const) sums[key] += answer[key];
    ports.onProgress(sums.sent);
  }
  return sums;
}

async function sendSurely(
  outcomes: readonly Outcome[],
  { send, waitsMs = WAITS_MS }: PushPorts,
): Promise<OutcomesAccepted> {
  for (const waitMs of waitsMs) {
    try {
      return await send(outcomes);
    } catch (error) {
      // What the host refuses it would refuse again.
      if (error instanceof Failure && error.code === 'refused') throw error;
      await delay(waitMs);
    }
  }
  return send(outcomes);
}

function interrupted(error: unknown, sent: number, all: number): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Failure ? error.code : 'failed';
  const message = `${sent} of ${all} labels were sent, then: ${reason}; run the same command again, none counts twice`;
  return new Failure(message, { code, details: { sent, labels: all }, cause: error });
}
