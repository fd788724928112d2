import { hasCanary } from '../../domain/plan.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import { awaitApproval, guardWhile, type Gate } from '../gate.ts';
import type { Run } from '../run.ts';
import { climb } from './ramp.ts';
import { stepName, takeStep } from './step.ts';

/** Raises the candidate's share step by step, each only after the gate of the one before it has passed. */
export async function canary(run: Run): Promise<void> {
  const { controls, progress, stable } = run;
  const { plan, snapshot } = run.facts;
  if (!stable || !hasCanary(plan)) {
    progress.end('canary', 'skipped', stable ? 'the specification has no steps' : 'nothing serves yet to compare with');
    return;
  }
  const { ramp } = plan.canary;
  progress.begin('canary', ramp ? `at most ${ramp.badExposure} bad responses beyond stable's own` : '');
  if (plan.approval.includes('canary')) await awaitApproval(run, 'canary', null);
  run.undo.push({ kind: 'restoreTraffic', route: snapshot.route });
  controls.canSkipToFull = true;
  const live = ramp ? await climb(run, stable, ramp) : await takeSteps(run, stable);
  if (plan.approval.includes('full') && !plan.ab && !controls.skipToFull) await awaitApproval(run, 'full', live);
  if (live) await guardWhile(run, live, () => controls.paused && !controls.skipToFull);
  controls.canSkipToFull = false;
  progress.end('canary', 'passed', progress.status.lastVerdict?.summary ?? '');
}

/** The steps of the specification; the gate of the last one that was taken. */
async function takeSteps(run: Run, stable: string): Promise<Gate | null> {
  const { controls, progress } = run;
  const { canary, gates } = run.facts.plan;
  const evidence = { stageSequence: run.sequence + 1, calibrationSequence: run.sequence };
  let live: Gate | null = null;
  for (const [index, { weight, approval, minDurationMs }] of canary.steps.entries()) {
    if (controls.skipToFull) {
      progress.step(index, 'skipped');
      continue;
    }
    if (approval) await awaitApproval(run, stepName(weight), live);
    const nextWeight = canary.steps[index + 1]?.weight ?? FULL_WEIGHT;
    const step = { index, weight, nextWeight, minDurationMs, plan: gates, ...evidence };
    live = (await takeStep(run, stable, step, live)).gate;
  }
  return live;
}
