import { isExternal } from './context.ts';
import { isRunning, markOf } from './process-table.ts';
import { launch, logTail, settingsDigest } from './launch.ts';
import { StackFault, type Part, type StackContext } from './part.ts';
import { stopPart } from './stop-part.ts';
import { waitUntil } from './wait-until.ts';
import type { RecordFile, StartedProcess } from './record.ts';

/** What became of a part in one `up`. */
export type Beginning = 'started' | 'running already' | 'started again' | 'existing';

/**
 * Brings one part to where the others can rely on it.
 *
 * @throws StackFault that names the part's log when it does not get there
 */
export async function startPart(part: Part, context: StackContext, file: RecordFile): Promise<Beginning> {
  if (isExternal(part.name, context.env)) {
    await part.check(context).catch((error: unknown) => refuseExternal(part, context, error));
    await part.furnish?.(context);
    return 'existing';
  }
  const before = file.record.processes[part.name];
  const command = await part.prepare(context);
  const runs = before !== undefined && isRunning(before);
  if (runs && before.settings === settingsDigest(command)) {
    await healthy(part, context, () => null);
    await part.furnish?.(context);
    return 'running already';
  }
  if (before && runs) await stopPart(part, context, before, 'restart');
  if (part.patience !== undefined) context.note(part.patience);
  const log = context.paths.log(part.name);
  const { started, ended } = await launch(command, context.env, markOf(context.home, part.name), log);
  await file.setProcess(part.name, started);
  await healthy(part, context, () => earlyEnd(part, context, started, ended()));
  await part.furnish?.(context);
  return before ? 'started again' : 'started';
}

async function healthy(part: Part, context: StackContext, givenUp: () => Error | null): Promise<void> {
  try {
    await waitUntil(() => part.check(context), part.timeoutMs, givenUp);
  } catch (error) {
    if (error instanceof StackFault) throw error;
    throw new StackFault(
      `${part.title} runs but is not healthy: ${messageOf(error)}; its log is ${context.paths.log(part.name)}, and \`slipway down\` stops it`,
    );
  }
}

function earlyEnd(part: Part, context: StackContext, started: StartedProcess, ended: string | null): Error | null {
  if (ended === null && isRunning(started)) return null;
  const log = context.paths.log(part.name);
  return new StackFault(
    `${part.title} ended right after its start (${ended ?? 'gone'}); ${log} ends with:\n${logTail(log)}`,
  );
}

function refuseExternal(part: Part, context: StackContext, error: unknown): never {
  throw new StackFault(
    `${part.title} at ${part.address(context.addresses)} is not usable: ${messageOf(error)}; start it, correct ${part.variable}, or unset ${part.variable} to have one started here`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
