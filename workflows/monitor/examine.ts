import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { ExaminedWindow, ExamineWindow } from '../../activities/monitor.ts';
import { watching } from '../proxies.ts';

/** One look at a window; a look that cannot be taken for minutes is a finding by itself. */
export async function examine(request: ExamineWindow): Promise<ExaminedWindow> {
  try {
    return await watching.examineWindow.executeWithOptions(
      { summary: `window to ${request.to}`, startToCloseTimeout: '2m', scheduleToCloseTimeout: '5m' },
      [request],
    );
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const { version, memory, afterIndex } = request;
    const summary = `the window could not be judged: ${error.cause?.message ?? error.message}`;
    const finding = { kind: 'silence', subject: 'look', severity: 'warning', summary, value: 1, limit: 0 } as const;
    return { version, memory, afterIndex, findings: [finding], unjudged: summary };
  }
}
