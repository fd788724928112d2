import { isRunning, markOf, signalGroup, strays } from './process-table.ts';
import { within } from './wait-until.ts';
import type { Part, StackContext, StopPurpose } from './part.ts';
import type { StartedProcess } from './record.ts';

const KILL_MS = 10_000;

/** How a part ended: asked and gone, gone before, or killed after its time was over. */
export type Ending = 'stopped' | 'was not running' | 'killed';

/** Ends one process that `up` started, and nothing else: by number and start time, then what is left of its group. */
export async function stopPart(
  part: Part,
  context: StackContext,
  process: StartedProcess,
  purpose: StopPurpose,
): Promise<Ending> {
  const wasRunning = isRunning(process);
  if (wasRunning) await part.stop(context, process.pid, purpose).catch(ignoreGone);
  else if (purpose === 'down') await part.stopRemains?.(context);
  const ended = await within(part.stopMs, () => !isRunning(process));
  if (!ended) {
    signalGroup(process.pid, 'SIGKILL');
    await within(KILL_MS, () => !isRunning(process));
  }
  await sweep(part, context.home);
  if (!wasRunning) return 'was not running';
  return ended ? 'stopped' : 'killed';
}

/** Ends what a killed process of this part left behind, which would hold its port or its files. */
export async function sweep(part: Part, home: string): Promise<void> {
  const left = strays(markOf(home, part.name));
  for (const group of left) signalGroup(group, 'SIGTERM');
  const gone = () => strays(markOf(home, part.name)).length === 0;
  if (left.length > 0 && !(await within(KILL_MS, gone))) for (const group of left) signalGroup(group, 'SIGKILL');
}

function ignoreGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ESRCH') throw error;
}
