import type { Log } from './log.ts';
import type { ServedVersion } from './served-version.ts';
import { groupsWithEnvironment } from './process-table.ts';
import { OWNER_VARIABLE } from './model-server.ts';

/** Ends servers that an earlier host started but did not live to write down. */
export function endStrays(owner: string, versions: readonly ServedVersion[], log: Log): void {
  const known = new Set(versions.map((version) => version.record.process?.pid));
  for (const group of groupsWithEnvironment(OWNER_VARIABLE, owner)) {
    if (known.has(group)) continue;
    log('warn', 'ending a stray model server', { pid: group });
    process.kill(-group, 'SIGKILL');
  }
}
