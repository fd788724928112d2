import { Fault } from './faults.mjs';
import { ask, which } from './run-tool.mjs';

const oldest = [3, 10];
// A distribution may keep an old python3 for itself beside a newer one with its version in the name.
const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
// Debian and Ubuntu ship Python without ensurepip; then `-m venv` fails half-way, with advice on stdout only.
const question = `
import sys
try:
    import ensurepip, venv
    has_venv = 1
except ImportError:
    has_venv = 0
print('%d.%d.%d %d' % (sys.version_info[0], sys.version_info[1], sys.version_info[2], has_venv))
`;

/** The first interpreter that is new enough: `{ file, version }`. PYTHON, where set, is the only one asked. */
export function findPython({ root, mayLackVenv }) {
  const asked = process.env.PYTHON;
  const found = (asked ? [asked] : names).map((name) => probe(root, name)).filter((python) => python !== undefined);
  const usable = found.filter(isNewEnough);
  const python = usable.find(({ hasVenv }) => hasVenv || mayLackVenv) ?? usable[0];
  const advice = 'then run the same command again';
  if (found.length === 0 && asked) {
    throw new Fault(
      `PYTHON is set to ${asked}, which cannot be run: set it to a Python 3.10 or newer, or unset it, ${advice}.`,
    );
  }
  if (found.length === 0) {
    throw new Fault(
      `python3 is not on the PATH: install Python 3.10 or newer (on Debian and Ubuntu, \`apt-get install python3 python3-venv\`), ${advice}.`,
    );
  }
  if (python === undefined) {
    throw new Fault(
      `Slipway needs Python 3.10 or newer and ${found[0].file} is ${found[0].version}: install a newer one, or name one with PYTHON=/path/to/python3, ${advice}.`,
    );
  }
  if (!python.hasVenv && !mayLackVenv) {
    throw new Fault(
      `Python ${python.version} at ${python.file} lacks its venv module: install it (on Debian and Ubuntu, \`apt-get install python3-venv\`) or put uv on the PATH, ${advice}.`,
    );
  }
  return python;
}

function probe(root, name) {
  const file = which(name);
  const answer = file && ask(file, ['-c', question], root);
  if (!answer) return undefined;
  const [version, hasVenv] = answer.split(' ');
  return { file, version, hasVenv: hasVenv === '1' };
}

function isNewEnough({ version }) {
  const [major, minor] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
