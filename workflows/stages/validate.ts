import { Halt } from '../halt.ts';
import { jobs } from '../proxies.ts';
import type { Run } from '../run.ts';

/** Scores candidate and stable side by side on the validation set, through the servers that will serve. */
export async function validate(run: Run): Promise<void> {
  const { facts, progress, journal } = run;
  if (!facts.plan.validate) {
    progress.end('validate', 'skipped', 'the specification names no validation set');
    journal.note({ stage: 'validate', reason: 'ValidationSkipped' });
    return;
  }
  progress.begin('validate', 'scoring the validation set');
  const options = {
    summary: `score ${facts.candidate.key} on the validation set`,
    scheduleToCloseTimeout: facts.plan.validate.timeoutMs,
  };
  const verdict = await journal.ride((entries) =>
    jobs.validateCandidate.executeWithOptions(options, [{ facts, entries }]),
  );
  progress.status.lastVerdict = verdict;
  const passed = verdict.decision === 'pass';
  const reason = verdict.reason === 'SkewFound' ? 'SkewFound' : passed ? 'ValidationPassed' : 'ValidationFailed';
  journal.note({
    stage: 'validate',
    reason,
    detail: { summary: verdict.summary, ...(verdict.profile && { profile: verdict.profile }) },
    evidence: verdict,
  });
  if (verdict.decision === 'fail') throw new Halt('rolled_back', reason, verdict.summary, verdict);
  if (!passed) throw new Halt('held', 'NotEnoughEvidence', verdict.summary, verdict);
  progress.end('validate', 'passed', verdict.summary);
  await run.controls.resumed();
}
