import { execFile } from 'node:child_process';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TEMPORAL_SERVER_CACHE } from '../../client/stack/bring-temporal-server.ts';
import type { Program } from './programs.ts';

export function isInstalled({ name }: Program): boolean {
  return existsSync(join(TEMPORAL_SERVER_CACHE, name));
}

/** Puts a program into the cache once it has run: what was interrupted or is of another machine never lies there. */
export async function install({ name }: Program, make: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(TEMPORAL_SERVER_CACHE, { recursive: true });
  const draft = join(TEMPORAL_SERVER_CACHE, `.${name}.${process.pid}`);
  try {
    await make(draft);
    await chmod(draft, 0o755);
    await promisify(execFile)(draft, ['--version']);
    await rename(draft, join(TEMPORAL_SERVER_CACHE, name));
  } finally {
    await rm(draft, { force: true });
  }
}
