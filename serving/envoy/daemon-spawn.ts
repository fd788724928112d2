import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import type { DaemonOptions } from './daemon.ts';
import { logPath, remember } from './daemon-record.ts';
import type { DaemonRecord } from './daemon-record.ts';
import { identify } from './process-identity.ts';

const LOG_LIMIT_BYTES = 5_000_000;

/** Starts a process in a session of its own, its output in its log, and writes down how to find it again. */
export function spawnDetached({ name, stateDir, command, env, fingerprint }: DaemonOptions): DaemonRecord {
  const log = logPath(stateDir, name);
  if (existsSync(log) && statSync(log).size > LOG_LIMIT_BYTES) renameSync(log, `${log}.1`);
  const output = openSync(log, 'a', 0o600);
  try {
    const [program, ...args] = command;
    const child = spawn(program, args, { detached: true, stdio: ['ignore', output, output], env: env ?? process.env });
    // Reported by the missing pid below; without a listener it would end this process too.
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`${name}: ${program} cannot be run; is it there, and executable?`);
    // A process that is over already gets a record that matches nothing.
    const { started } = identify(child.pid) ?? { started: 'ended' };
    const record = { pid: child.pid, started, fingerprint, startedAt: new Date().toISOString() };
    remember(stateDir, name, record);
    return record;
  } finally {
    closeSync(output);
  }
}
