import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { closingLine } from './closing-line.ts';

const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
// Where vitest.config.ts has the JSON reporter write.
const reportFile = join(root, '.cache', 'test-results.json');

/** Runs vitest with `args` (file filters, `--project unit`, `-t name` …), showing its output. */
export async function runTests(args: string[]): Promise<{ exitCode: number; closingLine: string }> {
  // The report of an earlier run must not speak for one that crashed.
  rmSync(reportFile, { force: true });
  const exitCode = await run([vitest, 'run', ...args]);
  return { exitCode, closingLine: closingLine(reportFile, exitCode) };
}

function run(args: string[]): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
