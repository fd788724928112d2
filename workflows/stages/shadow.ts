import { mostAfterShadow } from '../../domain/plan.ts';
import { mirrorRoute } from '../../domain/route.ts';
import { awaitApproval, passGate, type Gate } from '../gate.ts';
import type { Run } from '../run.ts';

/** Copies live requests to the candidate and compares its answers with the served ones. */
export async function shadow(run: Run): Promise<void> {
  const { plan } = run.facts;
  const { progress, stable } = run;
  if (!plan.shadow || !stable) {
    progress.end(
      'shadow',
      'skipped',
      stable ? 'the specification leaves it out' : 'nothing serves yet to compare with',
    );
    return;
  }
  progress.begin('shadow', `mirroring ${plan.shadow.percent} % of live requests`);
  if (plan.approval.includes('shadow')) await awaitApproval(run, 'shadow', null);
  run.undo.push({ kind: 'restoreTraffic', route: run.facts.snapshot.route });
  await run.shift('shadow', 'shadow', mirrorRoute(stable, run.candidate, plan.shadow.percent, run.sticky));
  const gate: Gate = {
    stage: 'shadow',
    name: 'shadow',
    maxDurationMs: plan.shadow.maxDurationMs,
    onInconclusive: plan.shadow.onInconclusive,
    question: {
      stage: 'shadow',
      candidate: run.candidate,
      stable,
      plan: plan.gates,
      shadow: plan.shadow,
      epoch: run.facts.epoch,
      stageSequence: run.sequence,
      stepSequence: run.sequence,
      weight: 0,
      nextWeight: mostAfterShadow(plan),
      minDurationMs: 0,
    },
  };
  const verdict = await passGate(run, gate);
  progress.end('shadow', 'passed', verdict.summary);
}
