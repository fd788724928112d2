import { execFile } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const git = async (...args: string[]) => (await run('git', ['-C', ROOT, ...args])).stdout.trim();

/** The commit to upgrade from: `SLIPWAY_UPGRADE_FROM`, else the one before this; `null` where the checkout has no history. */
export async function previousCommit(): Promise<string | null> {
  const name = process.env['SLIPWAY_UPGRADE_FROM'] ?? 'HEAD~1';
  return git('rev-parse', '--verify', '--quiet', `${name}^{commit}`).catch(() => null);
}

/** Puts a commit's files into an empty folder, with this checkout's packages and tools; changes nothing in the repository. */
export async function checkOut(commit: string, folder: string): Promise<void> {
  const archive = `${folder}.tar`;
  await git('archive', '--output', archive, commit);
  await run('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
  await Promise.all(['node_modules', '.venv'].map((name) => symlink(join(ROOT, name), join(folder, name))));
}
