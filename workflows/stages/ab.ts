import { AB_ALPHA, guardrails, type AbPlan } from '../../domain/ab.ts';
import { percent } from '../../domain/render-details.ts';
import { type Arm, bucketRoute, FULL_WEIGHT, type Sticky, weightOf, wholeRoute } from '../../domain/route.ts';
import { testArms, withoutArms } from '../../domain/test-arms.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { awaitApproval, guardWhile, passGate, type Gate } from '../gate.ts';
import { ArmsLost, Halt } from '../halt.ts';
import type { Run } from '../run.ts';

/** A test under way: who is in it now, and since when. */
interface Test {
  readonly stable: string;
  readonly sticky: Sticky;
  readonly ab: AbPlan;
  /** Milliseconds since 1970. */
  readonly begun: number;
  /** Every arm that there was, in the order of the plan: the candidate is compared beside all of them. */
  readonly planned: readonly Arm[];
  readonly arms: readonly Arm[];
  /** Fence sequences: of the test, and of its arms as they are now. */
  readonly stageSequence: number;
  readonly stepSequence: number;
}

/** Compares what users of the versions bring, until one has won or time is over; the canary's gates go on as guardrails. */
export async function abTest(run: Run): Promise<void> {
  const { controls, progress, stable, sticky } = run;
  const { plan, snapshot, arms: others = [] } = run.facts;
  const { ab } = plan;
  if (!ab) return;
  if (!stable || !sticky || controls.skipToFull) {
    progress.end('ab', 'skipped', stable ? 'promoted by hand' : 'nothing serves yet to compare with');
    return;
  }
  const planned = testArms({ stable, candidate: run.candidate }, ab, others);
  progress.begin('ab', wordsOf(planned));
  await controls.resumed();
  run.undo.push({ kind: 'restoreTraffic', route: snapshot.route });
  controls.canSkipToFull = true;
  await run.shift('ab', 'ab', bucketRoute(planned, sticky, progress.status.route ?? wholeRoute(stable)));
  const [stageSequence, stepSequence] = [run.sequence, run.sequence];
  await decide(run, { stable, sticky, ab, begun: Date.now(), planned, arms: planned, stageSequence, stepSequence });
  controls.canSkipToFull = false;
  progress.end('ab', 'passed', progress.status.lastVerdict?.summary ?? '');
}

/** Until the candidate may have all traffic; arms that do harm leave meanwhile. */
async function decide(run: Run, test: Test): Promise<void> {
  const { plan } = run.facts;
  const { controls } = run;
  const gate = gateOf(run, test);
  try {
    if (test.ab.decide === 'rule') await passGate(run, gate);
    else await decideByHand(run, gate, test.ab);
    if (plan.approval.includes('full') && !controls.skipToFull) await awaitApproval(run, 'full', gate);
    await guardWhile(run, gate, () => controls.paused && !controls.skipToFull);
  } catch (error) {
    if (!(error instanceof ArmsLost)) throw error;
    await decide(run, await takenOut(run, test, error.verdict));
  }
}

/** Their users go to the arms that stay, each of which keeps its own. Their servers go later: the others are watched meanwhile. */
async function takenOut(run: Run, test: Test, { lost = [] }: Verdict): Promise<Test> {
  run.controls.waitingFor = run.progress.status.waitingFor = null;
  const arms = withoutArms(test.arms, lost);
  const { route } = run.progress.status;
  await run.shift('ab', 'ab-arms', bucketRoute(arms, test.sticky, route ?? wholeRoute(test.stable)));
  const stepSequence = run.sequence;
  run.progress.tell('ab', `${wordsOf(arms)}; without ${lost.join(', ')}`);
  return { ...test, arms, stepSequence };
}

function wordsOf([, candidate, ...further]: readonly Arm[]): string {
  const beside = further.map(({ version, weight }) => `, ${percent(weight)} on ${version}`).join('');
  return `${percent(candidate?.weight ?? 0)} of users on the candidate${beside}`;
}

/** Nobody's decision in time is an undecided test. */
async function decideByHand(run: Run, gate: Gate, { onUndecided }: AbPlan): Promise<void> {
  try {
    await awaitApproval(run, gate.name, gate, gate.maxDurationMs);
  } catch (error) {
    if (!(error instanceof Halt) || error.reason !== 'ApprovalTimedOut' || onUndecided === 'hold') throw error;
    if (onUndecided === 'rollback') throw new Halt('rolled_back', error.reason, error.message);
  }
}

function gateOf(run: Run, { stable, ab, begun, planned, arms, stageSequence, stepSequence }: Test): Gate {
  const { epoch, plan } = run.facts;
  const further = planned.slice(2).map(({ version }) => ({ version, weight: weightOf({ arms }, version) }));
  const over = Date.now() - begun;
  return {
    stage: 'ab',
    name: 'ab',
    maxDurationMs: Math.max(ab.maxDurationMs - over, 0),
    onInconclusive: ab.onUndecided,
    question: {
      stage: 'ab',
      candidate: run.candidate,
      stable,
      plan: guardrails(plan.gates),
      shadow: null,
      ab,
      ...(further.length > 0 && { arms: further }),
      alphaShare: AB_ALPHA.ab / (1 + further.length),
      epoch,
      stageSequence,
      stepSequence,
      weight: weightOf({ arms }, run.candidate),
      nextWeight: FULL_WEIGHT,
      minDurationMs: Math.max(ab.minDurationMs - over, 0),
    },
  };
}
