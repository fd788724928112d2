import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
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
  await mkdir(join(folder, '.cache'));
  // The last is there only where Temporal's server was brought; the older commit would build one of its own.
  const shared = ['node_modules', '.venv', '.cache/temporal-server'].filter((name) => existsSync(join(ROOT, name)));
  await Promise.all(shared.map((name) => symlink(join(ROOT, name), join(folder, name))));
}
