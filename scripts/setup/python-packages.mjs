import { readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { explainPython } from './faults.mjs';
import { findPython } from './find-python.mjs';
import { logFile, runTool, which } from './run-tool.mjs';
import { hash, readStamp, writeStamp } from './stamp.mjs';

const requirements = 'python/requirements.txt';
const venv = (root) => join(root, '.venv');
const stampFile = (root) => join(venv(root), '.slipway-setup');
const venvPython = (root) => join(venv(root), 'bin', 'python');

/** Whether .venv was finished, from these requirements, at this place, and its interpreter is still the same. */
export function isWhole(root) {
  const stamp = readStamp(stampFile(root));
  if (stamp === undefined || stamp.wanted !== wanted(root)) return false;
  const asked = process.env.PYTHON;
  return stamp.interpreter === interpreter(root) && (!asked || asked === stamp.asked);
}

/** An environment that somebody else made is not looked into: building it anew is quick, and telling half from whole is not. */
export function adopt() {
  return false;
}

/** Checks what the user has to provide; returns the install. */
export function prepare(root) {
  const uv = which('uv');
  const python = findPython({ root, mayLackVenv: uv !== undefined });
  return (lock) => install(root, uv, python, lock);
}

async function install(root, uv, python, lock) {
  const stamp = { wanted: wanted(root), asked: process.env.PYTHON, python: python.version };
  // Always from nothing: an interrupted install looks like a finished one, and pip never removes what is no longer listed.
  rmSync(venv(root), { recursive: true, force: true });
  const hashed = ['--require-hashes', '-r', requirements];
  const [create, fill] = uv
    ? [
        [uv, 'venv', '--no-project', '--python', python.file, venv(root)],
        [uv, 'pip', 'install', '--no-progress', '--python', venvPython(root), ...hashed],
      ]
    : [
        [python.file, '-m', 'venv', venv(root)],
        [
          venvPython(root),
          '-m',
          'pip',
          '--disable-pip-version-check',
          '--no-input',
          'install',
          '--progress-bar=off',
          ...hashed,
        ],
      ];
  const step = async (what, usually, [file, ...args]) => {
    const { succeeded, output } = await runTool({ root, lock, what, usually, file, args });
    if (!succeeded) throw explainPython(uv ? 'uv' : 'pip', output, logFile);
  };
  await step(`Python ${python.version} environment .venv`, 'a few seconds', create);
  await step('Python packages into .venv', uv ? 'under a minute' : '2 to 4 minutes', fill);
  writeStamp(stampFile(root), { ...stamp, interpreter: interpreter(root) });
}

/** Scripts in .venv/bin name their interpreter by absolute path, so a checkout that was moved wants a new environment. */
function wanted(root) {
  return hash(readFileSync(join(root, requirements)), venv(root), process.platform, process.arch);
}

/** Where .venv/bin/python leads: it changes when the system's Python is upgraded and is undefined when it was removed. */
function interpreter(root) {
  try {
    return realpathSync(venvPython(root));
  } catch {
    return undefined;
  }
}
