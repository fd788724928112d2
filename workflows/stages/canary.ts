import type { CanaryStep } from '../../domain/plan.ts';
import { percent } from '../../domain/render-details.ts';
import { FULL_WEIGHT, splitRoute } from '../../domain/route.ts';
import { awaitApproval, guardWhile, passGate, type Gate } from '../gate.ts';
import type { Run } from '../run.ts';

/** Raises the candidate's share step by step, each only after the gate of the one before it has passed. */
export async function canary(run: Run): Promise<void> {
  const { controls, progress, stable } = run;
  const { plan, snapshot } = run.facts;
  if (!stable || plan.canary.steps.length === 0) {
    progress.end('canary', 'skipped', stable ? 'the specification has no steps' : 'nothing serves yet to compare with');
    return;
  }
  progress.begin('canary');
  if (plan.approval.includes('canary')) await awaitApproval(run, 'canary', null);
  run.undo.push({ kind: 'restoreTraffic', route: snapshot.route });
  controls.canSkipToFull = true;
  const stageSequence = run.sequence + 1;
  let live: Gate | null = null;
  for (const [index, step] of plan.canary.steps.entries()) {
    if (controls.skipToFull) {
      progress.step(index, 'skipped');
      continue;
    }
    live = await takeStep(run, stable, index, step, stageSequence, live);
  }
  if (plan.approval.includes('full') && !controls.skipToFull) await awaitApproval(run, 'full', live);
  if (live) await guardWhile(run, live, () => controls.paused && !controls.skipToFull);
  controls.canSkipToFull = false;
  progress.end('canary', 'passed', progress.status.lastVerdict?.summary ?? '');
}

async function takeStep(
  run: Run,
  stable: string,
  index: number,
  step: CanaryStep,
  stageSequence: number,
  before: Gate | null,
): Promise<Gate> {
  const { progress } = run;
  const { plan } = run.facts;
  const name = `canary-${step.weight / 100}`;
  if (step.approval) await awaitApproval(run, name, before);
  if (before) await guardWhile(run, before, () => run.controls.paused);
  else await run.controls.resumed();
  progress.step(index, 'running');
  await run.shift('canary', name, splitRoute(stable, run.candidate, step.weight, run.sticky));
  const gate: Gate = {
    stage: 'canary',
    name,
    maxDurationMs: plan.canary.maxDurationMs,
    onInconclusive: plan.canary.onInconclusive,
    question: {
      stage: 'canary',
      candidate: run.candidate,
      stable,
      plan: plan.gates,
      shadow: null,
      epoch: run.facts.epoch,
      stageSequence,
      stepSequence: run.sequence,
      weight: step.weight,
      nextWeight: plan.canary.steps[index + 1]?.weight ?? FULL_WEIGHT,
      minDurationMs: step.minDurationMs,
    },
  };
  const verdict = await passGate(run, gate);
  progress.step(index, run.controls.skipToFull ? 'skipped' : 'passed');
  progress.status.detail = `${percent(step.weight)}: ${verdict.summary}`;
  return gate;
}
