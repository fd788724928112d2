import { ALL_PARTS } from './parts/all.ts';
import { inLock } from './lock.ts';
import { pathsUnder } from './paths.ts';
import { readRecord, RecordFile } from './record.ts';
import { recordedContext, type StackOptions } from './context.ts';
import { stopPart } from './stop-part.ts';
import type { PartName, StackContext } from './part.ts';
import type { StackWatcher } from './up.ts';

/** The worker first, so that nothing new begins; the database last, so that nobody misses it. */
const ORDER: readonly (readonly PartName[])[] = [['worker'], ['serving', 'mlflow', 'temporal'], ['postgres']];

/** Stops what `up` started and loses nothing; true when all of it is gone. */
export async function down(options: StackOptions, watcher: StackWatcher): Promise<boolean> {
  const paths = pathsUnder(options.home);
  return inLock(
    paths.lock,
    () => watcher.waiting(),
    async () => {
      const record = await readRecord(paths.record);
      const file = new RecordFile(paths.record, record);
      const context = await recordedContext(options, record);
      const chosen = options.only;
      const results: boolean[] = [];
      for (const step of ORDER) {
        const names = step.filter((name) => record.processes[name] && (chosen?.includes(name) ?? true));
        results.push(...(await Promise.all(names.map((name) => stopOne(name, context, file, watcher)))));
      }
      await file.change((old) => ({ ...old, wanted: old.wanted.filter((name) => !(chosen?.includes(name) ?? true)) }));
      return results.every(Boolean);
    },
  );
}

async function stopOne(
  name: PartName,
  context: StackContext,
  file: RecordFile,
  watcher: StackWatcher,
): Promise<boolean> {
  const process = file.record.processes[name];
  if (!process) return true;
  watcher.begins(name, '');
  try {
    watcher.done(name, await stopPart(ALL_PARTS[name], context, process, 'down'), '');
    await file.setProcess(name, null);
    return true;
  } catch (error) {
    watcher.failed(name, error instanceof Error ? error.message : String(error));
    return false;
  }
}
