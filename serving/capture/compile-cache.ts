import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = 'compile-cache-';

/**
 * Where Node keeps this code with its types stripped. A process that finds all of it there never loads the stripper,
 * which would stay in its memory with 20 MB.
 */
export function compileCachePath(stateDir: string, fingerprint: string): string {
  return join(stateDir, PREFIX + fingerprint.slice(0, 16));
}

/** Fills the cache by one short run of the program, unless it is there; removes those of other code. */
export async function fillCompileCache(path: string, stateDir: string, command: readonly string[]): Promise<void> {
  if (existsSync(path)) return;
  for (const name of readdirSync(stateDir))
    if (name.startsWith(PREFIX)) rmSync(join(stateDir, name), { recursive: true, force: true });
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, NODE_COMPILE_CACHE: path } });
  // Only memory is at stake; a fault in the program shows when it is started in earnest.
  await new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
}
