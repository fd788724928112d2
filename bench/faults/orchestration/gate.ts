import { setTimeout as delay } from 'node:timers/promises';
import type { Activities } from '../../../activities/index.ts';
import { withHeartbeat } from '../../../activities/heartbeat.ts';
import type { Decision } from '../../../domain/verdict.ts';
import { stepOf } from '../inject/step-of.ts';
import type { RemoteWorld } from './remote-world.ts';
import { scriptedVerdict } from './verdict.ts';

type Watch = Parameters<Activities['watchGate']>[0];

/** A gate that says what the world's script says; `watch` never decides, until it is cancelled. */
export async function watchGate(
  world: RemoteWorld,
  request: Watch,
): Promise<Awaited<ReturnType<Activities['watchGate']>>> {
  const { endpoint, entries, mode, limitMs } = request;
  const gate = stepOf('watchGate', request);
  return withHeartbeat(async (cancelled) => {
    await world.ask(endpoint, { op: 'append', entries }, request);
    const decision = await world.ask<Decision | 'watch'>(endpoint, { op: 'look', gate }, request);
    if (decision === 'watch' || mode === 'guard') await aborted(cancelled);
    if (mode === 'window') await delay(limitMs ?? 0);
    const verdict = scriptedVerdict(gate, decision === 'watch' ? 'inconclusive' : decision);
    return { verdict, cursor: { state: null, afterIndex: 0 } };
  });
}

/** Rejects once the signal fires. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse);
  });
}
