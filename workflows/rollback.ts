import { setHandler, workflowInfo } from '@temporalio/workflow';
import type { RollbackInput, RolloutResult } from '../domain/rollout-state.ts';
import { versionsOf, wholeRoute } from '../domain/route.ts';
import { Controls } from './controls.ts';
import { finish } from './finish.ts';
import { Journal } from './journal.ts';
import { statusQuery } from './messages.ts';
import { Progress } from './progress.ts';
import { jobs, quick } from './proxies.ts';
import { Run } from './run.ts';
import { restoreAlias, retire } from './unwind.ts';

/**
 * The fast way back to a version that served before: no gates, since it is known; traffic first, then the registry.
 *
 * Runs under the endpoint's one workflow id, so it cannot cross a rollout: while one runs, `abort` is the way back.
 */
export async function rollback(given?: RollbackInput): Promise<RolloutResult> {
  const input = given ?? ({} as RollbackInput);
  const { target, endpoint } = input;
  const progress = new Progress({ spec: { target, endpoint, model: '' } });
  setHandler(statusQuery, () => progress.status, { description: 'Where the rollback stands.' });
  const facts = await quick.prepareRollback.executeWithOptions({ summary: 'find the version to go back to' }, [
    { input, rolloutKey: workflowInfo().firstExecutionRunId },
  ]);
  const { candidate, snapshot } = facts;
  const journal = new Journal({ target, endpoint, rolloutId: facts.rolloutId });
  const run = new Run({ facts, progress, journal, controls: new Controls(), undo: [], sequence: 0 });
  progress.identify(facts);
  progress.phase('rollback');
  const detail = input.reason ?? `back to ${candidate.key}`;
  const actor = { name: input.by ?? 'unknown', proof: 'asserted' } as const;
  journal.note({
    stage: 'rollback',
    reason: 'RolledBackByHand',
    actor,
    detail: { message: detail, snapshot, candidate },
  });
  if (!facts.warm)
    await journal.ride((entries) =>
      jobs.buildVersion.executeWithOptions({ summary: `have ${candidate.key} ready` }, [
        { facts, entries, fence: run.fence },
      ]),
    );
  await run.shift('rollback', 'rollback', wholeRoute(run.candidate, snapshot.route.sticky));
  await restoreAlias(run, candidate.version, { from: snapshot.champion });
  for (const left of versionsOf(snapshot.route)) if (left !== run.candidate) await retire(run, left);
  return finish(run, {
    outcome: 'rolled_back',
    reason: 'RolledBackByHand',
    detail,
    verdict: null,
    serving: candidate.key,
  });
}
