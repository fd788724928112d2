import { accessSync, constants, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { StackFault, type Command } from '../part.ts';

/** How to run PostgreSQL's programs, which refuse to run as root. */
export interface PostgresUser {
  /** Who owns the data folder; `null` for the caller. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  run(file: string, args: readonly string[]): Omit<Command, 'env'>;
}

/** Users that a system has, best first. `nobody` owns nothing, so the database has it almost for itself. */
const CANDIDATES = ['postgres', 'nobody'];
const SETPRIV = '/usr/bin/setpriv';

/**
 * The caller, or for root the first of `postgres` and `nobody` that the system knows. Creates no user.
 *
 * @param reachable files and folders that this user must get at
 */
export function postgresUser(reachable: readonly string[]): PostgresUser {
  if (process.getuid?.() !== 0) return { owner: null, run: (file, args) => ({ file, args }) };
  const owner = findUser();
  if (canReach(owner, reachable)) return { owner, run: (file, args) => ({ file, args, user: owner }) };
  if (!isExecutable(SETPRIV)) {
    throw new StackFault(
      `PostgreSQL refuses to run as root, and uid ${owner.uid} may not enter ${reachable.join(' or ')}: use a normal user, or a folder that others may enter, or set DATABASE_URL`,
    );
  }
  // A checkout under /root is closed to others: the one capability opens it, the user id stays unprivileged.
  const drop = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  const keep = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return { owner, run: (file, args) => ({ file: SETPRIV, args: [...drop, ...keep, file, ...args] }) };
}

function findUser(): { uid: number; gid: number } {
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const row = rows.find(([known]) => known === name);
    if (row) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new StackFault(
    'PostgreSQL refuses to run as root, and there is no user postgres: add one, or set DATABASE_URL',
  );
}

function canReach(user: { uid: number; gid: number }, paths: readonly string[]): boolean {
  return paths.every((path) => spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...user, cwd: '/' }).status === 0);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
