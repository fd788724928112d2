import type { GatePlan } from '../../domain/plan.ts';
import type { RampPlan } from '../../domain/ramp.ts';
import { afterProof, firstWeight, largestNext, lastWeight, leastNext } from '../../domain/ramp.ts';
import type { RolloutStatus } from '../../domain/rollout-state.ts';
import { splitRoute } from '../../domain/route.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { watchWindow, type Gate } from '../gate.ts';
import { Halt } from '../halt.ts';
import type { Run } from '../run.ts';
import { gateOf, stepName, takeStep } from './step.ts';

type ShownStep = RolloutStatus['steps'][number];

/**
 * Raises the candidate's share as far as the risk budget allows: each gate's verdict says how far the next step may go, up
 * to the weight whose gate needs the full proof; then loads it. Returns the gate of the last step that was taken.
 */
export async function climb(run: Run, stable: string, ramp: RampPlan): Promise<Gate | null> {
  const { controls, progress } = run;
  const plan = { ...run.facts.plan.gates, ramp };
  let weight = firstWeight(ramp, await requestsPerBatch(run, stable, plan), run.facts.plan.serving.batchMs);
  const evidence = { stageSequence: run.sequence + 1, calibrationSequence: run.sequence };
  const common = { minDurationMs: ramp.minDurationMs, plan, ...evidence };
  let live: Gate | null = null;
  for (let index = 0; !controls.skipToFull; index += 1) {
    show(run, ramp, weight);
    const step = { ...common, index, weight, nextWeight: largestNext(ramp, weight) };
    const { gate, verdict } = await takeStep(run, stable, step, live);
    live = gate;
    if (weight >= lastWeight(ramp)) return live;
    weight = weightAfter(verdict, ramp, weight);
  }
  progress.status.steps = progress.status.steps.map((step) =>
    step.state === 'waiting' ? { ...step, state: 'skipped' } : step,
  );
  return live;
}

/** What the verdict allows; the least that is a step where a person let an undecided gate pass. */
function weightAfter({ ramp: reading }: Verdict, ramp: RampPlan, weight: number): number {
  if (weight >= ramp.maxWeight) return afterProof(ramp, weight);
  const most = largestNext(ramp, weight);
  return reading ? Math.max(Math.min(reading.nextWeight, most), leastNext(ramp, weight)) : most;
}

/** Shows the step that comes next, and as what it leads to those of the proof and the load. */
function show({ progress }: Run, ramp: RampPlan, weight: number): void {
  const taken: readonly ShownStep[] = progress.status.steps.filter(({ state }) => state !== 'waiting');
  const ahead = new Set([weight, Math.max(weight, ramp.maxWeight), lastWeight(ramp)]);
  const next = [...ahead].map((to): ShownStep => ({ weight: to, state: 'waiting' }));
  progress.status.steps = [...taken, ...next];
  progress.show();
}

/**
 * Live requests in one batch of the endpoint: from the shadow, if it has just passed; else measured for a few batches with
 * nothing on the candidate yet. `null` when there is no telling.
 */
async function requestsPerBatch(run: Run, stable: string, gates: GatePlan): Promise<number | null> {
  const { plan } = run.facts;
  const { lastVerdict } = run.progress.status;
  if (plan.shadow && !plan.approval.includes('canary') && lastVerdict?.decision === 'pass')
    return (perBatch(lastVerdict) * 100) / plan.shadow.percent;
  await run.controls.resumed();
  await run.shift('canary', stepName(0), splitRoute(stable, run.candidate, 0, run.sticky));
  const evidence = { stageSequence: run.sequence, calibrationSequence: 0 };
  const step = { weight: 0, nextWeight: 0, minDurationMs: 0, plan: gates, ...evidence };
  const watched = await watchWindow(run, gateOf(run, stable, step), MEASURED_BATCHES * plan.serving.batchMs, null);
  if (watched?.verdict.decision === 'error')
    throw new Halt('held', 'EvidenceUnreachable', watched.verdict.summary, watched.verdict);
  return watched && watched.verdict.batches.count > 0 ? perBatch(watched.verdict) : null;
}

/** The first one may begin in the middle. */
const MEASURED_BATCHES = 3;

function perBatch({ samples, batches }: Verdict): number {
  return samples.stable / Math.max(batches.count, 1);
}
