import { spawn, spawnSync } from 'node:child_process';
import { accessSync, appendFileSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve, sep } from 'node:path';
import { Interrupted } from './faults.mjs';
import { progress } from './progress.mjs';

export const logFile = '.cache/setup.log';
const keptOutput = 100_000;
// npm answers a signal by rolling back, for up to half a minute; nobody needs what it rolls back to.
const graceMs = 2000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The environment for the tools, without any node_modules/.bin on PATH: npm puts ours there, and while `npm ci` replaces
 * node_modules, npm and its install scripts need the machine's own node.
 */
export function toolEnv() {
  const entries = (process.env.PATH ?? '').split(delimiter);
  const kept = entries.filter((entry) => !entry.endsWith(`${sep}node_modules${sep}.bin`));
  return { ...process.env, PATH: kept.join(delimiter) };
}

/** The file that `name` would run, or undefined. */
export function which(name) {
  if (name.includes(sep)) return isExecutable(resolve(name)) ? resolve(name) : undefined;
  const folders = toolEnv().PATH.split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What a command that ends at once prints, or undefined when it cannot be run or fails. */
export function ask(file, args, cwd) {
  const { status, stdout } = spawnSync(file, args, { cwd, env: toolEnv(), encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Runs a tool with its output in the log file and only progress on the screen. Resolves to whether it succeeded and what it
 * printed; rejects with `Interrupted` after a signal, once the tool has ended too.
 */
export async function runTool({ root, lock, what, usually, file, args }) {
  const end = progress(what, usually);
  let output = '';
  let signal;
  let grace;
  const forward = (received) => {
    signal = received;
    signalGroup(child.pid, received);
    grace ??= setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
  };
  // Before there is a process: a signal between the two would end this one and leave that.
  for (const name of signals) process.on(name, forward);
  // A process group of its own, so that a signal also ends what npm has started.
  const child = spawn(file, args, { cwd: root, env: toolEnv(), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const keep = (chunk) => {
    output = (output + chunk).slice(-keptOutput);
    appendFileSync(join(root, logFile), chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
  let code;
  try {
    code = await new Promise((done, failed) => {
      child.on('error', failed).on('close', done);
      if (child.pid !== undefined) lock.note(child.pid);
    });
    if (signal !== undefined) throw new Interrupted(signal);
    return { succeeded: code === 0, output };
  } finally {
    end(code === 0);
    clearTimeout(grace);
    for (const name of signals) process.off(name, forward);
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
