import { hasCanary } from '../../domain/plan.ts';
import { FULL_WEIGHT, splitRoute, wholeRoute } from '../../domain/route.ts';
import { awaitApproval } from '../gate.ts';
import { quick } from '../proxies.ts';
import type { Run } from '../run.ts';

/** Gives the candidate all traffic, stable kept warm behind it, then moves the registry's alias after the traffic. */
export async function fullRollout(run: Run): Promise<void> {
  const { facts, progress, journal, undo, stable } = run;
  const { plan, snapshot, candidate } = facts;
  progress.begin('full', 'all traffic to the candidate');
  const unsplit = !stable || !(hasCanary(plan) || plan.ab);
  if (unsplit && plan.approval.includes('full')) await awaitApproval(run, 'full', null);
  if (unsplit) await run.controls.resumed();
  undo.push({ kind: 'restoreTraffic', route: snapshot.route });
  const route = stable
    ? splitRoute(stable, run.candidate, FULL_WEIGHT, run.sticky)
    : wholeRoute(run.candidate, run.sticky);
  await run.shift('full', 'full', route);
  undo.push({ kind: 'restoreAlias', model: plan.model, alias: facts.alias, version: snapshot.champion });
  await quick.moveAlias.executeWithOptions(
    { summary: `alias ${facts.alias} → version ${candidate.version}`, scheduleToCloseTimeout: plan.maxBlindMs },
    [{ facts, version: candidate.version, fence: run.fence }],
  );
  journal.note({
    stage: 'full',
    reason: 'ChampionMoved',
    detail: { alias: facts.alias, from: snapshot.champion, to: candidate.version },
  });
  progress.end('full', 'passed', `${facts.alias} is version ${candidate.version}`);
}
