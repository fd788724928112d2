import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { say } from './progress.mjs';

const pollMs = 200;
const heartbeatMs = 2000;
// A process id may be reused after a reboot, or belong to another container that shares the checkout: then only the heartbeat tells.
const ownerSilentMs = 60_000;
const toolSilentMs = 600_000;

/**
 * Takes the lock, waiting for a live owner and taking over from a dead one. `note(pid)` adds the tool that the owner runs:
 * npm outlives a killed set-up, and a second npm beside it would ruin both.
 */
export async function takeLock(file) {
  const mine = `${file}.${process.pid}`;
  let content = write(mine);
  try {
    for (let announced; !claim(file, mine);) {
      const holder = liveHolder(file);
      if (holder !== undefined && holder !== announced) {
        say(`Another set-up of this checkout is running (process ${holder}): waiting for it to finish.`);
        announced = holder;
      }
      await new Promise((done) => setTimeout(done, pollMs));
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const heart = setInterval(() => touch(file), heartbeatMs);
  heart.unref();
  return {
    note: (pid) => {
      content = write(mine, pid);
      renameSync(mine, file);
    },
    release: () => {
      clearInterval(heart);
      // A set-up that was suspended for long may have lost the lock to another.
      if (read(file) === content) rmSync(file, { force: true });
    },
  };
}

/** A hard link appears with its content or not at all, so no one ever reads a lock without an owner. */
function claim(file, mine) {
  touch(mine);
  if (linked(mine, file)) return true;
  const before = read(file);
  if (before === undefined || liveHolder(file) !== undefined) return false;
  // Several waiters may find the same corpse. The guard lets one of them bury it, and looking again inside the guard
  // keeps a slow one from burying the lock of the quick one.
  const guard = `${file}.takeover`;
  if (!linked(mine, guard)) {
    if (read(guard) !== undefined && liveHolder(guard) === undefined) rmSync(guard, { force: true });
    return false;
  }
  try {
    if (read(file) !== before) return false;
    rmSync(file, { force: true });
    return linked(mine, file);
  } finally {
    rmSync(guard, { force: true });
  }
}

function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function liveHolder(file) {
  try {
    const { host, owner, tool } = JSON.parse(readFileSync(file, 'utf8'));
    const silentMs = Date.now() - statSync(file).mtimeMs;
    const here = host === hostname();
    if (silentMs < ownerSilentMs && (!here || isAlive(owner))) return owner;
    return here && tool !== undefined && silentMs < toolSilentMs && isAlive(tool) ? tool : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  // In a container whose first process reaps no orphans, a dead npm stays in the process table.
  return !/\) Z /.test(read(`/proc/${pid}/stat`) ?? '');
}

function write(file, tool) {
  const content = JSON.stringify({ host: hostname(), owner: process.pid, tool });
  writeFileSync(file, content);
  return content;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The lock was removed under us: whoever did so also takes the consequences.
  }
}
