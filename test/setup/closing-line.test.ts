import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { closingLine } from '../../scripts/closing-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-closing-'));
const file = join(folder, 'results.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function line(exitCode: number, report: object): string {
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  writeFileSync(file, JSON.stringify({ ...none, ...report }));
  return closingLine(file, exitCode);
}

test('the closing line counts passed and failed tests, and skipped ones where there are any', () => {
  expect(line(0, { numPassedTests: 7 })).toBe('7 passed, 0 failed');
  expect(line(1, { numPassedTests: 7, numFailedTests: 2 })).toBe('7 passed, 2 failed');
  expect(line(0, { numPassedTests: 7, numPendingTests: 2, numTodoTests: 1 })).toBe('7 passed, 0 failed, 3 skipped');
});

test('a file that could not be loaded counts as a failure', () => {
  const broken = { status: 'failed', assertionResults: [] };
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  expect(line(1, { numPassedTests: 7, numFailedTests: 1, testResults: [broken, failing] })).toBe('7 passed, 2 failed');
});

test('a run that failed never says `0 failed`, even when it wrote no report', () => {
  expect(line(1, { numPassedTests: 7 })).toBe('7 passed, 1 failed');
  expect(closingLine(join(folder, 'absent.json'), 1)).toBe('0 passed, 1 failed');
});
