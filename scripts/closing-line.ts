import { readFileSync } from 'node:fs';

/** The part of vitest's JSON report that the closing line needs. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * `N passed, N failed`, and `, N skipped` where there are any. A file that could not be loaded, an error outside of every test and
 * a run that wrote no report each count as one failure: the line never says `0 failed` of a run that failed.
 */
export function closingLine(reportFile: string, exitCode: number): string {
  const report = readReport(reportFile);
  const passed = report?.numPassedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const failed = Math.max((report?.numFailedTests ?? 0) + brokenFiles(report), exitCode === 0 ? 0 : 1);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function brokenFiles(report: Report | undefined): number {
  const files = report?.testResults ?? [];
  return files.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some(hasFailed))
    .length;
}

function hasFailed({ status }: { status: string }): boolean {
  return status === 'failed';
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}
