import type { PinnedVersion } from '../../domain/model-version.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { Halt } from '../halt.ts';
import { jobs } from '../proxies.ts';
import type { Run } from '../run.ts';

/** Scores candidate and stable side by side on the validation set, through the servers that will serve; so with further arms. */
export async function validate(run: Run): Promise<void> {
  const { facts, progress, journal } = run;
  if (!facts.plan.validate) {
    progress.end('validate', 'skipped', 'the specification names no validation set');
    journal.note({ stage: 'validate', reason: 'ValidationSkipped' });
    return;
  }
  progress.begin('validate', 'scoring the validation set');
  const { timeoutMs } = facts.plan.validate;
  for (const arm of facts.arms ?? []) await score(run, arm, { timeoutMs, step: arm.key });
  const verdict = await score(run, facts.candidate, { timeoutMs });
  progress.end('validate', 'passed', verdict.summary);
  await run.controls.resumed();
}

/** @param options.step set for those that are not the candidate */
async function score(
  { facts, progress, journal }: Run,
  version: PinnedVersion,
  { timeoutMs, ...step }: { readonly timeoutMs: number; readonly step?: string },
): Promise<Verdict> {
  const options = { summary: `score ${version.key} on the validation set`, scheduleToCloseTimeout: timeoutMs };
  const own = { ...facts, candidate: version };
  const verdict = await journal.ride((entries) =>
    jobs.validateCandidate.executeWithOptions(options, [{ facts: own, entries }]),
  );
  progress.status.lastVerdict = verdict;
  const passed = verdict.decision === 'pass';
  const reason = verdict.reason === 'SkewFound' ? 'SkewFound' : passed ? 'ValidationPassed' : 'ValidationFailed';
  journal.note({
    stage: 'validate',
    ...step,
    reason,
    detail: { summary: verdict.summary, ...(verdict.profile && { profile: verdict.profile }) },
    evidence: verdict,
  });
  const said = step.step === undefined ? verdict.summary : `${step.step}, an arm of the test: ${verdict.summary}`;
  if (verdict.decision === 'fail') throw new Halt('rolled_back', reason, said, verdict);
  if (!passed) throw new Halt('held', 'NotEnoughEvidence', said, verdict);
  return verdict;
}
