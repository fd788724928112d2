import { CannotRun } from './cannot-run.ts';
import { join } from 'node:path';
import { lockFile } from './lock.ts';
import { readAnnouncement } from './announce.ts';
import { readIfThere } from './files.ts';
import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 60_000;

/** Asks the host that has this folder to end everything, and waits until it has gone. */
export async function shutdownRunning(root: string, lockPath: string): Promise<void> {
  const [running, token] = await Promise.all([readAnnouncement(root), readIfThere(join(root, 'token'))]);
  if (!running || token === null) throw new CannotRun(`the serving host of ${root} is only just starting; try again`);
  const headers = { authorization: `Bearer ${token.trim()}` };
  const response = await fetch(`${running.url}/shutdown`, { method: 'POST', headers });
  if (!response.ok)
    throw new CannotRun(`the serving host at ${running.url} refuses to shut down: ${await response.text()}`);
  for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(50)) {
    const lock = lockFile(lockPath);
    if (!lock) continue;
    lock.release();
    return;
  }
  throw new CannotRun(`the serving host (process ${running.pid}) did not end within ${LIMIT_MS / 1000} s`);
}
