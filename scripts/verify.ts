// `npm run verify`: everything that CI checks, cheapest first, up to the first failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runTests } from './run-tests.ts';

const root = join(import.meta.dirname, '..');

interface Check {
  name: string;
  /** A tool of node_modules/.bin with its arguments. */
  command: string[];
  remedy: string;
}

const checks: Check[] = [
  {
    name: 'format',
    command: ['prettier', '--check', '--log-level', 'warn', '.'],
    remedy: 'run `npm run format`',
  },
  {
    name: 'lint',
    command: ['eslint', '--max-warnings', '0', '.'],
    remedy: 'mend what is listed above (`npm run lint -- --fix` does the mechanical part)',
  },
  { name: 'types', command: ['tsc', '--noEmit'], remedy: 'mend what is listed above, then `npm run types`' },
];

process.exitCode = await verify();

async function verify(): Promise<number> {
  for (const { name, command, remedy } of checks) {
    const passed = timed(name, () => run(command));
    if (!passed) {
      console.error(`Stopped at ${name}: ${remedy}, then run \`npm run verify\` again.`);
      return 1;
    }
  }
  const started = Date.now();
  const { exitCode, closingLine } = await runTests([]);
  report('tests', exitCode === 0, started);
  if (exitCode !== 0) console.log('Stopped at tests: `npm test -- FILE` repeats one file.');
  console.log(closingLine);
  return exitCode;
}

function timed(name: string, check: () => boolean): boolean {
  const started = Date.now();
  const passed = check();
  report(name, passed, started);
  return passed;
}

function report(name: string, passed: boolean, started: number): void {
  console.log(`${passed ? '✓' : '✗'} ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function run([tool = '', ...args]: string[]): boolean {
  // Not through the tool's own first line: that takes the node of whoever called, which may be too old for it.
  const file = join(root, 'node_modules', '.bin', tool);
  return (
    spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  );
}
