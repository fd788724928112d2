import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome, OutcomesAccepted } from '../../domain/serving-contract.ts';
import { Failure } from '../failure.ts';
import type { OutcomeFile } from './outcome-file.ts';

/** What came of a whole file; `sent` counts labels, or rewards. */
export type Pushed = OutcomesAccepted & { readonly sent: number };

export interface PushPorts {
  readonly send: (outcomes: readonly Outcome[]) => Promise<OutcomesAccepted>;
  readonly onProgress: (sent: number) => void;
  /** Milliseconds before each further attempt at a portion. */
  readonly waitsMs?: readonly number[];
}

const WAITS_MS = [500, 1000, 2000, 4000, 8000];

/**
 * Sends a file's outcomes portion by portion; a portion whose answer was lost is sent again, since none counts twice.
 *
 * @throws Failure that says how far it came
 */
export async function pushOutcomes(
  file: OutcomeFile<Omit<Outcome, 'endpoint'>>,
  endpoint: string,
  ports: PushPorts,
): Promise<Pushed> {
  let [sent, rewards] = [0, 0];
  const sums = { accepted: 0, repeated: 0, revised: 0, unknown: 0 };
  for await (const portion of file.portions()) {
    const outcomes = portion.map((outcome) => ({ endpoint, ...outcome }));
    const answer = await sendSurely(outcomes, ports).catch((error: unknown) => {
      throw interrupted(error, sent, file);
    });
    for (const { label, rewards: own = {} } of outcomes)
      sent += (label === undefined ? 0 : 1) + Object.keys(own).length;
    for (const key of ['accepted', 'repeated', 'revised', 'unknown'] as const) sums[key] += answer[key];
    rewards += answer.rewards ?? 0;
    ports.onProgress(sent);
  }
  return { sent, ...sums, ...(file.what === 'reward' && { rewards }) };
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

function interrupted(
  error: unknown,
  sent: number,
  { what, count }: Pick<OutcomeFile<never>, 'what' | 'count'>,
): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Failure ? error.code : 'failed';
  const message = `${sent} of ${count} ${what}s were sent, then: ${reason}; run the same command again, none counts twice`;
  return new Failure(message, { code, details: { sent, [`${what}s`]: count }, cause: error });
}
