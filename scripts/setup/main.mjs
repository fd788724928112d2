import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { checkDisk } from './disk.mjs';
import { Fault, Interrupted } from './faults.mjs';
import { takeLock } from './lock.mjs';
import * as nodePackages from './node-packages.mjs';
import * as pythonPackages from './python-packages.mjs';
import { say } from './progress.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const usage = `Usage: npm run setup [-- --quiet]
Installs what package-lock.json and python/requirements.txt say, into node_modules and .venv of this checkout.
  --quiet   print nothing when there is nothing to do
  PYTHON    the interpreter to build .venv from, e.g. PYTHON=python3.12 npm run setup`;

/** The parts, in the order in which they are installed. */
const parts = [nodePackages, pythonPackages];

/** Sets up whatever is missing. Returns the exit code: 0 done, 1 a tool failed, 2 something the user has to provide, 128 and more interrupted by a signal. */
export async function main(args) {
  const unknown = args.filter((arg) => arg !== '--quiet');
  if (unknown.length > 0) {
    const askedForHelp = unknown.every((arg) => arg === '--help' || arg === '-h');
    say(askedForHelp ? usage : `Unknown argument ${unknown[0]}.\n${usage}`);
    return askedForHelp ? 0 : 2;
  }
  try {
    const installed = await setUp();
    if (installed || !args.includes('--quiet')) say(`✓ set-up complete${installed ? '' : ', nothing to do'}`);
    return 0;
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof Interrupted)) throw error;
    say(error.message);
    return error.exitCode;
  }
}

async function setUp() {
  if (parts.every((part) => part.isWhole(root))) return false;
  if (platform === 'win32') throw new Fault('Slipway runs on Linux and macOS: on Windows, use it inside WSL.');
  mkdirSync(join(root, '.cache'), { recursive: true });
  const lock = await takeLock(join(root, '.cache', 'setup.lock'));
  try {
    // Whoever held the lock before may have done all or part of it; and what npm itself installed from this very lock file is as good as ours.
    const missing = parts.filter((part) => !part.isWhole(root) && !part.adopt(root));
    if (missing.length > 0) checkDisk(root);
    // Every part says first what the user has to provide, so that nobody waits minutes for npm to hear that Python is missing.
    const installs = missing.map((part) => part.prepare(root));
    for (const install of installs) await install(lock);
    return missing.length > 0;
  } finally {
    lock.release();
  }
}
