import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PreflightFacts, RolloutInput, RolloutResult } from '../domain/rollout-state.ts';
import { FULL_WEIGHT } from '../domain/route.ts';
import { Controls } from './controls.ts';
import { beginDiagnosis, endDiagnosis, type Diagnosis } from './diagnosis.ts';
import { endingOf, type Ending } from './ending.ts';
import { finish, stoppedInPreflight } from './finish.ts';
import { Journal } from './journal.ts';
import { statusQuery } from './messages.ts';
import { Progress } from './progress.ts';
import { quick } from './proxies.ts';
import { Run } from './run.ts';
import { abTest } from './stages/ab.ts';
import { build } from './stages/build.ts';
import { canary } from './stages/canary.ts';
import { fullRollout } from './stages/full.ts';
import { settle } from './stages/settle.ts';
import { shadow } from './stages/shadow.ts';
import { soak } from './stages/soak.ts';
import { validate } from './stages/validate.ts';
import { retire, unwind } from './unwind.ts';

/** Takes a registered model version to production as far as the evidence allows, and back when the evidence turns. */
export async function rollout(given?: RolloutInput): Promise<RolloutResult> {
  // Started by hand with nothing at all it must get as far as preflight, which says what is missing.
  const input = given ?? ({} as RolloutInput);
  const progress = new Progress(input);
  const controls = new Controls(input.carried?.paused);
  // A message may come with the very first task, before the soak has gone on.
  controls.soaking = input.carried !== undefined;
  controls.listen();
  setHandler(statusQuery, () => progress.status, { description: 'Where the rollout stands.' });

  const run = await begin(input, progress, controls).catch((error: unknown) => {
    if (controls.stop && isCancellation(error)) return controls.stop;
    throw error;
  });
  if (!(run instanceof Run)) return stoppedInPreflight(progress, run);
  try {
    await controls.forward(async () => {
      if (!input.carried) {
        await build(run);
        await validate(run);
        await shadow(run);
        await canary(run);
        await abTest(run);
        await fullRollout(run);
      }
      await soak(run, input);
      // What came together with the last verdict came in time.
      if (CancellationScope.current().consideredCancelled && patched('stopped-at-the-end'))
        throw new CancelledFailure('stopped as the soak ended');
    });
    await settle(run);
    return await finish(run, {
      outcome: 'promoted',
      reason: 'Promoted',
      detail: '',
      verdict: progress.status.lastVerdict,
    });
  } catch (error) {
    const ending = endingOf(error, controls);
    if (!ending) throw error;
    return goBack(run, ending);
  }
}

async function begin(input: RolloutInput, progress: Progress, controls: Controls): Promise<Run> {
  const facts = input.carried?.facts ?? (await controls.prepare(() => preflight(input, progress)));
  const { target, endpoint } = facts.plan;
  const journal = new Journal(
    { target, endpoint, rolloutId: facts.rolloutId },
    input.carried?.ledgerSequence,
    input.carried?.ledgerPending,
  );
  controls.onChange((reason, actor, message) => {
    if (reason === 'Paused' || reason === 'Resumed') progress.paused(reason === 'Paused');
    journal.note({ stage: progress.status.phase, reason, actor, detail: { message } });
    journal.write();
  });
  if (input.carried) {
    progress.identify(facts);
    Object.assign(progress.status, {
      phase: 'soak',
      desiredWeight: FULL_WEIGHT,
      paused: input.carried.paused,
      lastVerdict: input.carried.lastVerdict ?? null,
      route: input.carried.route ?? progress.status.route,
      steps: input.carried.steps ?? progress.status.steps.map((step) => ({ ...step, state: 'passed' })),
    });
    progress.show();
  } else {
    const { candidate, snapshot, plan, lineage, epoch } = facts;
    const actor = { name: input.by ?? 'unknown', proof: 'asserted' } as const;
    journal.note({
      stage: 'preflight',
      reason: 'RolloutStarted',
      actor,
      detail: { candidate, plan, spec: input.spec },
    });
    journal.note({ stage: 'preflight', reason: 'PreflightPassed', detail: { snapshot, epoch, lineage } });
  }
  return new Run({
    facts,
    controls,
    progress,
    journal,
    undo: input.carried?.undo ?? [],
    sequence: input.carried?.sequence ?? 0,
  });
}

async function preflight(input: RolloutInput, progress: Progress): Promise<PreflightFacts> {
  progress.begin('preflight', 'resolving the version, reading the endpoint');
  const facts = await quick.preflight.executeWithOptions({ summary: 'resolve the version, read the endpoint' }, [
    // The first run's id, so that neither a retry nor a workflow reset takes a second epoch.
    { input, rolloutKey: workflowInfo().firstExecutionRunId },
  ]);
  const { candidate, snapshot } = facts;
  progress.identify(facts);
  progress.end(
    'preflight',
    'passed',
    `${candidate.key}, ${snapshot.stable ? `after ${snapshot.stable.key}` : 'the first on this endpoint'}`,
  );
  return facts;
}

async function goBack(run: Run, ending: Ending): Promise<RolloutResult> {
  const { progress, journal, controls } = run;
  const { outcome, reason, detail, verdict } = ending;
  progress.interrupt(outcome === 'held' ? 'undecided' : 'failed', detail);
  const actor = controls.stop && { actor: controls.stop.actor };
  // A stop has not been noted yet, a gate's verdict has.
  journal.note({
    stage: 'rollback',
    reason: verdict ? 'RollbackStarted' : reason,
    ...actor,
    detail: { message: detail, outcome },
    evidence: verdict,
  });
  const diagnosis = diagnosisAfter(run, ending);
  await unwind(run, outcome === 'held' || diagnosis !== null);
  const begun = diagnosis !== null && (await CancellationScope.nonCancellable(() => beginDiagnosis(run, diagnosis)));
  if (diagnosis && !begun) await CancellationScope.nonCancellable(() => retire(run, diagnosis.left));
  const result = await finish(run, ending);
  if (diagnosis && begun) await endDiagnosis(run, diagnosis);
  return result;
}

/** Only a candidate that its gate condemned is looked into; who aborts wants to be rid of it. */
function diagnosisAfter({ facts, stable, candidate, controls }: Run, { outcome, reason }: Ending): Diagnosis | null {
  const { rollback } = facts.plan;
  if (rollback?.style !== 'to-shadow' || !stable || outcome !== 'rolled_back' || reason !== 'GateFailed') return null;
  controls.soaking = true;
  return { serving: stable, left: candidate, sticky: facts.snapshot.route.sticky, forMs: rollback.shadowForMs ?? 0 };
}
