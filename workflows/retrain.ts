import {
  ActivityFailure,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { retrainId } from '../domain/ids.ts';
import { secretsOf } from '../domain/receivers.ts';
import type { RetrainFacts, RetrainInput, RetrainResult } from '../domain/retrain-state.ts';
import { againSignal, retrainStatusQuery } from './messages.ts';
import { quick, training } from './proxies.ts';
import { RetrainProgress } from './retraining/progress.ts';
import { readAgain } from './retraining/read-again.ts';
import { rollOut } from './retraining/roll-out.ts';
import { tellOfFailure, tellOfSkip } from './retraining/tell.ts';

/**
 * Trains a new version and starts its rollout, then holds its id through the cool-down, so that meanwhile only a person or a
 * schedule starts another one. Touches no route itself.
 *
 * @throws the failure of its job, once the cool-down is over
 */
export async function retrain(given?: RetrainInput): Promise<RetrainResult> {
  const input = given ?? ({} as RetrainInput);
  const { target, endpoint } = input;
  const progress = new RetrainProgress(retrainId(target, endpoint, workflowInfo().runId), input);
  let again: RetrainInput | null = null;
  setHandler(retrainStatusQuery, () => progress.status, { description: 'Where the retraining stands.' });
  setHandler(
    againSignal,
    (message) => {
      // What is asked for while one is under way is that one.
      if (progress.status.phase === 'cooldown') again = { target, endpoint, ...readAgain(message) };
    },
    { description: 'Retrain once more now, without waiting for the end of the cool-down. No input needed.' },
  );
  const facts = await quick.prepareRetrain.executeWithOptions(
    { summary: 'find the specification, look at the registry' },
    [{ input }],
  );
  const failed = await trainAndRollOut(facts, progress).catch((error: unknown) => {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return error;
  });
  if (failed) await tellOfFailure(facts, progress, failed);
  await coolDown(facts.plan.cooldownMs, progress, () => again !== null);
  if (again) return continueAsNew<typeof retrain>(again);
  progress.phase('done', { cooldownUntil: null });
  if (failed) throw failed;
  return progress.result;
}

async function trainAndRollOut(facts: RetrainFacts, progress: RetrainProgress): Promise<null> {
  const { spec, plan, newest } = facts;
  const { target, endpoint, retrainId: id } = progress.status;
  const asked = { target, endpoint, model: spec.model, retrainId: id, newest };
  progress.phase('training', { model: spec.model });
  const { summary, log } = await training.trainModel.executeWithOptions(
    {
      summary: `train a version of ${spec.model}`,
      // It keeps its own time limit, and is begun twice at most.
      scheduleToCloseTimeout: 2 * plan.timeoutMs + OUTAGE_MS,
    },
    [{ ...asked, plan, secrets: secretsBeside(facts) }],
  );
  progress.phase('registering', { detail: summary, log });
  const version = await quick.takeTrained.executeWithOptions({ summary: 'find the new version' }, [asked]);
  progress.phase('starting', { version });
  const rollout = await rollOut(facts, version, progress);
  progress.end(rollout ? 'started' : 'skipped', rollout);
  if (!rollout) await tellOfSkip(facts, progress);
  return null;
}

/** What other parts of the specification log in or sign with: named freely, and no business of the job's. */
function secretsBeside({ spec, receivers }: RetrainFacts): string[] {
  const { sql } = spec.outcomes ?? {};
  return [...receivers.flatMap(secretsOf), ...(sql ? [sql.connectionEnv] : [])];
}

/** How long no worker may be there to run a job. */
const OUTAGE_MS = 6 * 3_600_000;

async function coolDown(ms: number, progress: RetrainProgress, isOver: () => boolean): Promise<void> {
  if (ms === 0) return;
  progress.phase('cooldown', { cooldownUntil: new Date(Date.now() + ms).toISOString() });
  await condition(isOver, ms);
}
