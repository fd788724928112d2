import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DATA_FILE } from './job-data.ts';
import { isRunningWith } from './process-group.ts';
import type { Program } from './program.ts';

/** What a folder tells of its job, whichever worker began it. */
export type JobState =
  | { readonly kind: 'none' }
  /** Since when, in milliseconds since 1970. */
  | { readonly kind: 'running'; readonly pid: number; readonly since: number }
  | { readonly kind: 'ended'; readonly code: number }
  /** It is gone without a word: its machine went down, or somebody killed all of it. */
  | { readonly kind: 'lost' };

/**
 * Runs the job, keeps its log, removes what it was given, and writes down how it ended, for a worker that is started
 * meanwhile; `$0` is the folder.
 * The shell stays through SIGTERM, so that this much is known of a job that was told to go.
 */
const KEEPER = `trap : TERM
echo $$ > "$0/pid.new" && mv "$0/pid.new" "$0/pid"
"$@" >> "$0/job.log" 2>&1 < /dev/null
code=$?
rm -f "$0/${DATA_FILE}"
echo $code > "$0/exit.new" && mv "$0/exit.new" "$0/exit"`;

/** Starts a job in a process group of its own, which outlives the worker. */
export async function startJob(folder: string, { command, cwd, env }: Program): Promise<void> {
  await mkdir(folder, { recursive: true });
  await rm(join(folder, 'pid'), { force: true });
  const child = spawn('sh', ['-c', KEEPER, folder, ...command], { cwd, env, detached: true, stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  // Until then the job could not be found.
  while (!existsSync(join(folder, 'pid')) && child.exitCode === null && child.signalCode === null) await delay(5);
}

export async function findJob(folder: string): Promise<JobState> {
  const pid = await readNumber(join(folder, 'pid'));
  if (pid === null) return { kind: 'none' };
  // Process numbers are used again: the keeper is known by the folder among its arguments.
  const runs = await isRunningWith(pid, folder);
  // Read behind that, since a job that ends in between has then written it.
  const code = await readNumber(join(folder, 'exit'));
  if (code !== null) return { kind: 'ended', code };
  return runs ? { kind: 'running', pid, since: (await stat(join(folder, 'pid'))).mtimeMs } : { kind: 'lost' };
}

async function readNumber(file: string): Promise<number | null> {
  try {
    return Number(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
