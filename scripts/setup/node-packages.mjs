import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, explainNpm } from './faults.mjs';
import { ask, logFile, runTool, which } from './run-tool.mjs';
import { hash, readJson, readStamp, writeStamp } from './stamp.mjs';

// `npm ci` begins by emptying node_modules: a stamp inside it cannot survive an interrupted install.
const stampFile = (root) => join(root, 'node_modules', '.slipway-setup');
const ownNode = (root) => join(root, 'node_modules', '.bin', 'node');
const dependencyFields = [
  'workspaces',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'overrides',
  'allowScripts',
];

/** Whether node_modules holds what package-lock.json says, by the stamp of the last set-up. */
export function isWhole(root) {
  return readStamp(stampFile(root))?.wanted === wanted(root) && existsSync(ownNode(root));
}

/** Takes over what a plain `npm ci` or `npm install` has brought from this very lock file. */
export function adopt(root) {
  const locked = readJson(join(root, 'package-lock.json'))?.packages;
  // npm writes this file as the last act of a successful install.
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!locked || !installed || !hasOwnNode(root)) return false;
  const same = (name) => identity(installed[name]) === identity(locked[name]);
  const isThere = (name) => name === '' || (installed[name] ? same(name) : locked[name].optional === true);
  if (!Object.keys(locked).every(isThere) || !Object.keys(installed).every((name) => locked[name])) return false;
  writeStamp(stampFile(root), { wanted: wanted(root) });
  return true;
}

/** Checks what the user has to provide; returns the install. */
export function prepare(root) {
  const npm = which('npm');
  if (npm === undefined) {
    throw new Fault(
      'npm is not on the PATH: install it (it comes with Node from nodejs.org; on Debian and Ubuntu, `apt-get install npm`), then run the same command again.',
    );
  }
  return (lock) => install(root, npm, lock);
}

async function install(root, npm, lock) {
  const stamp = { wanted: wanted(root) };
  rmSync(stampFile(root), { force: true });
  // Spelled out, because NODE_ENV=production leaves out dev dependencies and a silent npm hides the reason of a failure.
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund', '--no-progress'];
  const what = 'npm packages into node_modules';
  const { succeeded, output } = await runTool({ root, lock, what, usually: '1 to 2 minutes', file: npm, args });
  if (!succeeded) throw explainNpm(output, logFile);
  if (!hasOwnNode(root)) {
    throw new Fault(
      'npm installed everything except Node 24 because it ran no install scripts: run `npm config set ignore-scripts false`, then the same command again.',
    );
  }
  writeStamp(stampFile(root), stamp);
}

/** Scripts and descriptions of package.json may change freely; its dependencies may not get out of step unnoticed. */
function wanted(root) {
  const manifest = readJson(join(root, 'package.json')) ?? {};
  const dependencies = dependencyFields.map((field) => JSON.stringify(manifest[field]) ?? '');
  const lock = readFileSync(join(root, 'package-lock.json'));
  return hash(lock, ...dependencies, process.platform, process.arch);
}

function hasOwnNode(root) {
  return existsSync(ownNode(root)) && ask(ownNode(root), ['--version'], root)?.startsWith('v24.') === true;
}

function identity(entry) {
  return entry && JSON.stringify([entry.version, entry.integrity, entry.link && entry.resolved]);
}
