import { AB_ALPHA } from '../../domain/ab.ts';
import { percent } from '../../domain/render-details.ts';
import type { GatePlan } from '../../domain/plan.ts';
import { splitRoute } from '../../domain/route.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { guardWhile, passGate, type Gate } from '../gate.ts';
import type { Run } from '../run.ts';

/** One step of a canary; weights in parts per 10,000. */
export interface Step {
  /** Its place among the steps that are shown. */
  readonly index: number;
  readonly weight: number;
  /** The largest weight that passing may lead to. */
  readonly nextWeight: number;
  readonly minDurationMs: number;
  readonly plan: GatePlan;
  /** The fence sequence at which the canary began. */
  readonly stageSequence: number;
  /** The one before it: under whatever route that is, a shadow or a measurement, stable is alone; 0 where there is none. */
  readonly calibrationSequence: number;
}

/** `canary-10`, as approvals name it. */
export function stepName(weight: number): string {
  return `canary-${weight / 100}`;
}

/** Gives the candidate a weight and watches until its gate passes; `before` is watched as long as a pause holds it up. */
export async function takeStep(
  run: Run,
  stable: string,
  step: Step,
  before: Gate | null,
): Promise<{ gate: Gate; verdict: Verdict }> {
  const { controls, progress } = run;
  if (before) await guardWhile(run, before, () => controls.paused);
  else await controls.resumed();
  progress.step(step.index, 'running');
  await run.shift('canary', stepName(step.weight), splitRoute(stable, run.candidate, step.weight, run.sticky));
  const gate = gateOf(run, stable, step);
  const verdict = await passGate(run, gate);
  progress.step(step.index, controls.skipToFull ? 'skipped' : 'passed');
  progress.status.detail = `${percent(step.weight)}: ${verdict.summary}`;
  return { gate, verdict };
}

/** The gate of the step that the route is at now. */
export function gateOf(run: Run, stable: string, step: Omit<Step, 'index'>): Gate {
  const { canary } = run.facts.plan;
  return {
    stage: 'canary',
    name: stepName(step.weight),
    maxDurationMs: canary.maxDurationMs,
    onInconclusive: canary.onInconclusive,
    question: {
      stage: 'canary',
      candidate: run.candidate,
      stable,
      plan: step.plan,
      shadow: null,
      epoch: run.facts.epoch,
      stageSequence: step.stageSequence,
      stepSequence: run.sequence,
      weight: step.weight,
      nextWeight: step.nextWeight,
      minDurationMs: step.minDurationMs,
      ...(run.facts.plan.ab && { alphaShare: AB_ALPHA.canary }),
      ...(step.calibrationSequence > 0 && { calibrationSequence: step.calibrationSequence }),
    },
  };
}
