import type { ProcessRef } from './process-table.ts';
import type { Program } from '../runtimes/runtime.ts';
import type { Timings } from './settings.ts';
import type { VersionState } from '../../domain/serving-contract.ts';
import type { Question } from './ask.ts';
import { ask } from './ask.ts';
import { GiveUp } from './give-up.ts';
import { isRunning } from './process-table.ts';
import { pause } from './backoff.ts';
import { PROBES_TO_UNHEALTHY } from './settings.ts';
import { sentence } from './log.ts';
import { smoke } from './smoke.ts';

const NEWS_MS = 100;
const SMOKE_TIMEOUT_MS = 60_000; // a first prediction may load half a framework

export interface Watched {
  readonly process: ProcessRef;
  readonly port: number;
  readonly program: Pick<Program, 'healthPath' | 'predictPath'>;
  /** A prediction that it must answer before it counts as ready; `null` when health is all there is to ask. */
  readonly example: string | null;
  /** It was ready before an earlier host left it: no smoke prediction again. */
  readonly wasReady: boolean;
  readonly timings: Timings;
}

export interface Seen {
  readonly state: Extract<VersionState, 'starting' | 'ready' | 'unhealthy'>;
  readonly detail: string;
}

/**
 * Watches one server until it ends, has to be ended, or `signal` aborts, and returns why in half a sentence.
 *
 * Rejects with `GiveUp` when it refuses its own input example.
 */
export async function watchServer(
  server: Watched,
  signal: AbortSignal,
  see: (seen: Seen) => Promise<void>,
): Promise<string> {
  const { port, program, timings } = server;
  let ready = server.wasReady;
  let lastAnswer = Date.now();
  for (let failures = 0; !signal.aborted && (await isRunning(server.process));) {
    const fault = await probe({ port, path: program.healthPath, timeoutMs: timings.probeTimeoutMs, signal });
    if (signal.aborted) break;
    if (fault === null && !ready) {
      const refused = await tryExample(server, signal);
      if (signal.aborted) break;
      if (refused !== null) return refused;
      ready = true;
    }
    const silentMs = Date.now() - lastAnswer;
    if (fault === null) {
      failures = 0;
      lastAnswer = Date.now();
      await see({ state: 'ready', detail: 'answers' });
    } else if (!ready) {
      if (silentMs > timings.startTimeoutMs) return `was not ready within ${seconds(timings.startTimeoutMs)}: ${fault}`;
      await see({ state: 'starting', detail: `waiting for its server: ${fault}` });
    } else {
      failures += 1;
      if (silentMs > timings.hungMs) return `has not answered for ${seconds(timings.hungMs)}: ${fault}`;
      if (failures >= PROBES_TO_UNHEALTHY) await see({ state: 'unhealthy', detail: fault });
    }
    // A server that is about to be ready is worth a closer look.
    await pause(ready ? timings.probeMs : timings.probeMs / 4, signal);
  }
  // The process table tells of an end a moment before the event that says how.
  await pause(NEWS_MS, signal);
  return typeof signal.reason === 'string' ? signal.reason : 'has ended';
}

/** One health check: `null`, or what was wrong in half a sentence. */
export async function probe(question: Question): Promise<string | null> {
  const { path } = question;
  try {
    const { status } = await ask(question);
    return status === 200 ? null : `GET ${path} answered ${status}`;
  } catch (error) {
    return `GET ${path}: ${sentence(error)}`;
  }
}

async function tryExample({ port, program, example }: Watched, signal: AbortSignal): Promise<string | null> {
  if (example === null) return null;
  try {
    await smoke({ port, path: program.predictPath, body: example, timeoutMs: SMOKE_TIMEOUT_MS, signal });
    return null;
  } catch (error) {
    if (error instanceof GiveUp) throw error;
    return `failed its first prediction: ${sentence(error)}`;
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
