import { jobs } from '../proxies.ts';
import type { Run } from '../run.ts';

/** Gets the candidate running on the target without traffic, checked against its own example. */
export async function build(run: Run): Promise<void> {
  const { facts, progress, journal, undo } = run;
  progress.begin('build', 'starting the candidate without traffic');
  undo.push({ kind: 'retireVersion', version: facts.candidate });
  const options = {
    summary: `start ${facts.candidate.key} without traffic`,
    scheduleToCloseTimeout: facts.plan.build.timeoutMs,
  };
  const built = await journal.ride((entries) =>
    jobs.buildVersion.executeWithOptions(options, [{ facts, entries, fence: run.fence }]),
  );
  progress.end('build', 'passed', built.summary);
  journal.note({ stage: 'build', reason: 'BuildPassed', detail: { ...built } });
  await run.controls.resumed();
}
