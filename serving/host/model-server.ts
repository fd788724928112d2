import type { ProcessRef } from './process-table.ts';
import type { Program } from '../runtimes/runtime.ts';
import { groupMemory, isRunning, startOf } from './process-table.ts';
import { once } from 'node:events';
import { openLog } from './log-file.ts';
import { visibleEnvironment } from '../visible-environment.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';

/** Marks the servers of one host's folder, so that one which was started but never written down is found again. */
export const OWNER_VARIABLE = 'SLIPWAY_SERVED_BY';

export interface StartServer {
  readonly program: Program;
  readonly folder: string;
  readonly logFile: string;
  readonly owner: string;
}

export interface StartedServer {
  readonly process: ProcessRef;
  /** Aborts when the process ends; its reason says how. */
  readonly ended: AbortSignal;
}

/** Starts a server in a process group of its own, so that it outlives the host and ends with all its children. */
export async function startServer({ program, folder, logFile, owner }: StartServer): Promise<StartedServer> {
  const [command = '', ...args] = program.command;
  const log = await openLog(logFile);
  try {
    const child = spawn(command, args, {
      cwd: folder,
      detached: true,
      env: { ...visibleEnvironment(), ...program.environment, [OWNER_VARIABLE]: owner },
      stdio: ['ignore', log.fd, log.fd],
    });
    const ended = new AbortController();
    child.once('exit', (code, signal) => ended.abort(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    child.unref();
    await once(child, 'spawn'); // rejects with why it could not be
    const pid = child.pid ?? 0;
    return { process: { pid, started: (await startOf(pid)) ?? 'ended at once' }, ended: ended.signal };
  } finally {
    await log.close();
  }
}

/** Ends a server and everything that it started: asks first, insists after the grace time. */
export async function stopServer(server: ProcessRef, graceMs: number): Promise<void> {
  if (await isSomeoneElse(server)) return;
  signalGroup(server.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  for (let insisted = false; await groupLives(server.pid); await sleep(20)) {
    if (insisted || Date.now() < deadline) continue;
    signalGroup(server.pid, 'SIGKILL');
    insisted = true;
  }
}

/** Ends what a dead server may have left behind in its group, at once. */
export async function sweepServer(server: ProcessRef): Promise<void> {
  await stopServer(server, 0);
}

/** A process number is free for others once its whole group has ended. */
async function isSomeoneElse(server: ProcessRef): Promise<boolean> {
  return (await startOf(server.pid)) !== null && !(await isRunning(server));
}

/** Returns whether there was a group to signal; signal 0 only asks. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** A group may consist of zombies that nobody buries: only the process table tells those from the living. */
async function groupLives(group: number): Promise<boolean> {
  return signalGroup(group, 0) && (await groupMemory()).has(group);
}
