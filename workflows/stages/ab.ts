import { AB_ALPHA, guardrails, type AbPlan } from '../../domain/ab.ts';
import { percent } from '../../domain/render-details.ts';
import { FULL_WEIGHT, bucketRoute, wholeRoute } from '../../domain/route.ts';
import { awaitApproval, guardWhile, passGate, type Gate } from '../gate.ts';
import { Halt } from '../halt.ts';
import type { Run } from '../run.ts';

/** Compares what users of both versions bring, until one has won or time is over; the canary's gates go on as guardrails. */
export async function abTest(run: Run): Promise<void> {
  const { controls, progress, stable, sticky } = run;
  const { plan, snapshot } = run.facts;
  const { ab } = plan;
  if (!ab) return;
  if (!stable || !sticky || controls.skipToFull) {
    progress.end('ab', 'skipped', stable ? 'promoted by hand' : 'nothing serves yet to compare with');
    return;
  }
  progress.begin('ab', `${percent(ab.weight)} of users on the candidate`);
  await controls.resumed();
  run.undo.push({ kind: 'restoreTraffic', route: snapshot.route });
  controls.canSkipToFull = true;
  const arms = [
    { version: stable, weight: FULL_WEIGHT - ab.weight },
    { version: run.candidate, weight: ab.weight },
  ];
  await run.shift('ab', 'ab', bucketRoute(arms, sticky, progress.status.route ?? wholeRoute(stable)));
  const gate = gateOf(run, stable, ab);
  if (ab.decide === 'rule') await passGate(run, gate);
  else await decideByHand(run, gate, ab);
  if (plan.approval.includes('full') && !controls.skipToFull) await awaitApproval(run, 'full', gate);
  await guardWhile(run, gate, () => controls.paused && !controls.skipToFull);
  controls.canSkipToFull = false;
  progress.end('ab', 'passed', progress.status.lastVerdict?.summary ?? '');
}

/** Nobody's decision in time is an undecided test. */
async function decideByHand(run: Run, gate: Gate, { maxDurationMs, onUndecided }: AbPlan): Promise<void> {
  try {
    await awaitApproval(run, gate.name, gate, maxDurationMs);
  } catch (error) {
    if (!(error instanceof Halt) || error.reason !== 'ApprovalTimedOut' || onUndecided === 'hold') throw error;
    if (onUndecided === 'rollback') throw new Halt('rolled_back', error.reason, error.message);
  }
}

function gateOf(run: Run, stable: string, ab: AbPlan): Gate {
  const { epoch, plan } = run.facts;
  return {
    stage: 'ab',
    name: 'ab',
    maxDurationMs: ab.maxDurationMs,
    onInconclusive: ab.onUndecided,
    question: {
      stage: 'ab',
      candidate: run.candidate,
      stable,
      plan: guardrails(plan.gates),
      shadow: null,
      ab,
      alphaShare: AB_ALPHA.ab,
      epoch,
      stageSequence: run.sequence,
      stepSequence: run.sequence,
      weight: ab.weight,
      nextWeight: FULL_WEIGHT,
      minDurationMs: ab.minDurationMs,
    },
  };
}
