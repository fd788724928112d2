import type { PinnedVersion } from '../../domain/model-version.ts';
import { jobs } from '../proxies.ts';
import type { Run } from '../run.ts';

/** Gets the candidate, and further arms of a test, running on the target without traffic, each checked against its own example. */
export async function build(run: Run): Promise<void> {
  const { facts, progress, journal } = run;
  progress.begin('build', 'starting the candidate without traffic');
  const built = await start(run, facts.candidate);
  const others = [];
  for (const arm of facts.arms ?? []) {
    const other = await start(run, arm);
    others.push(`${arm.key} ${other.summary}`);
    journal.note({ stage: 'build', step: arm.key, reason: 'BuildPassed', detail: { ...other } });
  }
  progress.end('build', 'passed', [built.summary, ...others].join('; '));
  journal.note({ stage: 'build', reason: 'BuildPassed', detail: { ...built } });
  await run.controls.resumed();
}

async function start({ facts, journal, undo, fence }: Run, version: PinnedVersion) {
  undo.push({ kind: 'retireVersion', version });
  const options = {
    summary: `start ${version.key} without traffic`,
    scheduleToCloseTimeout: facts.plan.build.timeoutMs,
  };
  const own = { ...facts, candidate: version };
  return journal.ride((entries) => jobs.buildVersion.executeWithOptions(options, [{ facts: own, entries, fence }]));
}
