import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeCheckout, preload, python } from './fake-checkout.ts';

let checkout: FakeCheckout;

beforeEach(() => {
  checkout = new FakeCheckout();
});
afterEach(() => checkout.remove());

type Arrange = (checkout: FakeCheckout) => Record<string, string> | void;
const fails = (text: string): string => `echo '${text}' >&2; exit 1`;

const missing: [part: string, arrange: Arrange, sentence: RegExp][] = [
  [
    'a Node of today',
    () =>
      preload(`for (const [key, value] of [['version', 'v18.20.0'], ['versions', { node: '18.20.0' }]])
        Object.defineProperty(process, key, { value })`),
    /needs Node 20 or newer .* this is v18\.20\.0: install it/,
  ],
  ['npm', (it) => it.removeTool('npm'), /^npm is not on the PATH: install it/],
  ['python3', (it) => it.removeTool('python3'), /^python3 is not on the PATH: install Python 3\.10 or newer/],
  [
    'a Python of today',
    (it) => it.tool('python3', python({ version: '3.9.2' })),
    /needs Python 3\.10 or newer and \S+python3 is 3\.9\.2: install/,
  ],
  [
    'an interpreter that PYTHON names',
    () => ({ PYTHON: '/nowhere/python3' }),
    /PYTHON is set to \/nowhere\/python3, which cannot be run/,
  ],
  [
    "Python's venv module",
    (it) => it.tool('python3', python({ hasVenv: 0 })),
    /lacks its venv module: install it .*python3-venv/,
  ],
  [
    'disk',
    () =>
      preload(`import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
        fs.statfsSync = () => ({ bavail: 1000, bsize: 1e6 }); syncBuiltinESMExports()`),
    /needs 3 GB of free disk and .* has 1\.0 GB left: free some/,
  ],
  [
    'the npm registry',
    (it) => it.tool('npm', fails('npm error code ENOTFOUND')),
    /The npm registry could not be reached \(ENOTFOUND\): check/,
  ],
  [
    'the Python package registry',
    (it) => it.tool('python3', python({ pip: 'echo NewConnectionError: failed; exit 1' })),
    /The Python package registry could not be reached \(NewConnectionError\): check/,
  ],
  [
    'a lock file in step with package.json',
    (it) => it.tool('npm', fails('npm error code EUSAGE')),
    /package-lock\.json is out of step with package\.json: run `npm install`/,
  ],
  [
    'requirements with the right hashes',
    (it) => it.tool('python3', python({ pip: 'echo THESE PACKAGES DO NOT MATCH THE HASHES; exit 1' })),
    /does not match the hashes in python\/requirements\.txt/,
  ],
  ["npm's install scripts", (it) => it.tool('npm', 'mkdir -p node_modules'), /ran no install scripts: run `npm config/],
];

test.each(missing)(
  'without %s the set-up says in one sentence what to do and exits 2',
  async (_part, arrange, sentence) => {
    const env = arrange(checkout) ?? {};
    const { code, printed } = await checkout.run(env);
    const said = printed.split('\n').filter((line) => line !== '' && !/^([✓✗] | {2})/.test(line));
    expect(said).toEqual([expect.stringMatching(sentence)]);
    expect(said[0]).toMatch(/again\.$/);
    expect(code).toBe(2);
  },
);

test('what the user has to provide is found before anything is installed', async () => {
  checkout.removeTool('python3');
  await checkout.run();
  expect(checkout.calls('npm')).toEqual([]);
});
