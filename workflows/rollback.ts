import { setHandler, workflowInfo } from '@temporalio/workflow';
import { STYLE_MS, type RollbackFacts, type RollbackInput, type RolloutResult } from '../domain/rollout-state.ts';
import { versionsOf, wholeRoute } from '../domain/route.ts';
import type { Verdict } from '../domain/verdict.ts';
import { Controls } from './controls.ts';
import { beginDiagnosis, endDiagnosis } from './diagnosis.ts';
import { finish } from './finish.ts';
import { Journal } from './journal.ts';
import { statusQuery } from './messages.ts';
import { Progress } from './progress.ts';
import { jobs, quick } from './proxies.ts';
import { Run } from './run.ts';
import { canStepBack, stepBack } from './step-back.ts';
import { restoreAlias, retire, unwind } from './unwind.ts';

/**
 * The fast way back to a version that served before: no gates, since it is known; traffic first, then the registry.
 *
 * Runs under the endpoint's one workflow id, so it cannot cross a rollout: while one runs, `abort` is the way back.
 */
export async function rollback(given?: RollbackInput): Promise<RolloutResult> {
  const input = given ?? ({} as RollbackInput);
  const { target, endpoint } = input;
  const progress = new Progress({ spec: { target, endpoint, model: '' } });
  const controls = new Controls();
  // A newer rollout, or a person, ends what is only diagnosis or caution; the way back itself goes on.
  controls.soaking = true;
  controls.listen();
  setHandler(statusQuery, () => progress.status, { description: 'Where the rollback stands.' });
  const facts = await quick.prepareRollback.executeWithOptions({ summary: 'find the version to go back to' }, [
    { input, rolloutKey: workflowInfo().firstExecutionRunId },
  ]);
  const { candidate, snapshot } = facts;
  const journal = new Journal({ target, endpoint, rolloutId: facts.rolloutId });
  const run = new Run({ facts, progress, journal, controls, undo: [], sequence: 0 });
  progress.identify(facts);
  progress.phase('rollback');
  const detail = input.reason ?? `back to ${candidate.key}`;
  const actor = { name: input.by ?? 'unknown', proof: 'asserted' } as const;
  journal.note({
    stage: 'rollback',
    reason: 'RolledBackByHand',
    actor,
    detail: { message: detail, snapshot, candidate, ...(input.style && { style: input.style }) },
  });
  if (!facts.warm)
    await journal.ride((entries) =>
      jobs.buildVersion.executeWithOptions({ summary: `have ${candidate.key} ready` }, [
        { facts, entries, fence: run.fence },
      ]),
    );
  const { sticky } = snapshot.route;
  const { style = 'immediate', forMs = STYLE_MS[style] } = input;
  const leaving = canStepBack(run) ? (run.stable ?? null) : null;
  if (leaving !== null && style === 'gradual') {
    const worse = await stepBack(run, leaving, forMs);
    if (worse) return reverse(run, facts, worse);
  }
  await run.shift('rollback', 'rollback', wholeRoute(run.candidate, sticky));
  await restoreAlias(run, candidate.version, { from: snapshot.champion });
  const looked = leaving === null ? null : { serving: run.candidate, left: leaving, sticky, forMs };
  const diagnosis = looked && style === 'to-shadow' && (await beginDiagnosis(run, looked)) ? looked : null;
  for (const left of versionsOf(snapshot.route))
    if (left !== run.candidate && left !== diagnosis?.left) await retire(run, left);
  const result = await finish(run, {
    outcome: 'rolled_back',
    reason: 'RolledBackByHand',
    detail,
    verdict: null,
    serving: candidate.key,
  });
  if (diagnosis) await endDiagnosis(run, diagnosis);
  return result;
}

/** The version that is proved worse loses the traffic: here the one that was to get it. */
async function reverse(
  run: Run,
  { snapshot, warm, candidate }: RollbackFacts,
  verdict: Verdict,
): Promise<RolloutResult> {
  run.undo.push({ kind: 'restoreTraffic', route: snapshot.route });
  if (!warm) run.undo.push({ kind: 'retireVersion', version: candidate });
  await unwind(run, false);
  const serving = snapshot.stable?.key ?? '';
  const detail = `${serving} keeps the traffic: ${verdict.summary}`;
  return finish(run, { outcome: 'aborted', reason: 'RollbackReversed', detail, verdict, serving });
}
