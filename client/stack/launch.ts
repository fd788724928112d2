import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { identify, MARK } from './process-table.ts';
import { ROOT } from './paths.ts';
import { StackFault, type Command } from './part.ts';
import type { StartedProcess } from './record.ts';

const LARGEST_LOG_BYTES = 20 * 1024 * 1024;
const SHOWN_LOG_LINES = 8;
const SEARCHED_LOG_LINES = 60;

export interface Launched {
  readonly started: StartedProcess;
  /** Why the process is gone, once it is. */
  readonly ended: () => string | null;
}

/** Starts a process that outlives this one, in a session of its own, with its output in a file. */
export async function launch(
  command: Command,
  inherited: NodeJS.ProcessEnv,
  mark: string,
  logFile: string,
): Promise<Launched> {
  mkdirSync(dirname(logFile), { recursive: true });
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG_BYTES)
    renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd ?? ROOT,
      env: { ...inherited, ...command.env, [MARK]: mark },
      stdio: ['ignore', log, log],
      detached: true,
      ...command.user,
    });
    let ended: string | null = null;
    child.on('exit', (code, signal) => (ended = signal === null ? `exit code ${code}` : `signal ${signal}`));
    await spawned(child);
    child.unref();
    const identity = child.pid === undefined ? null : identify(child.pid);
    const started = identity ?? { pid: child.pid ?? 0, started: 'ended at once' };
    return {
      started: { ...started, since: new Date().toISOString(), settings: settingsDigest(command) },
      ended: () => ended,
    };
  } finally {
    closeSync(log);
  }
}

/** Two commands with the same digest start the same thing. */
export function settingsDigest({ file, args, env }: Command): string {
  return createHash('sha256')
    .update(JSON.stringify([file, args, env]))
    .digest('hex')
    .slice(0, 16);
}

/** The end of a log, for a message about a process that failed; with the error itself where only its stack is left. */
export function logTail(logFile: string): string {
  try {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-SEARCHED_LOG_LINES);
    const tail = lines.slice(-SHOWN_LOG_LINES);
    const error = tail.some(isError) ? undefined : lines.findLast(isError);
    return [...(error === undefined ? [] : [error, '…']), ...tail]
      .map((line) => `    ${line.slice(0, 300)}`)
      .join('\n');
  } catch {
    return '    (no log)';
  }
}

function isError(line: string): boolean {
  return /error\b.*:/i.test(line) && !/^\s*at /.test(line);
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new StackFault(`cannot start ${child.spawnfile}: ${error.message}`)));
  });
}
