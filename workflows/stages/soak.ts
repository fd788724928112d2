import { continueAsNew } from '@temporalio/workflow';
import { formatDuration } from '../../domain/duration.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import type { RolloutInput, SoakState } from '../../domain/rollout-state.ts';
import { guardWhile, watchWindow, type Gate } from '../gate.ts';
import { Halt } from '../halt.ts';
import type { Run } from '../run.ts';

/** Watches the candidate alone under all traffic, with stable warm, window by window until the time is over. */
export async function soak(run: Run, input: RolloutInput): Promise<void> {
  const { plan } = run.facts;
  const { controls, progress, journal } = run;
  if (!plan.soak) {
    progress.end('soak', 'skipped', 'the specification leaves it out');
    return;
  }
  let state: SoakState = input.carried?.soak ?? {
    windowsDone: 0,
    deadline: Date.now() + plan.soak.durationMs,
    stageSequence: run.sequence,
    cursor: null,
  };
  if (!input.carried) progress.begin('soak', `watching for ${formatDuration(plan.soak.durationMs)}`);
  controls.soaking = true;
  const gate = gateOf(run, state.stageSequence);
  const carriedWindows = state.windowsDone;
  while (Date.now() < state.deadline && !controls.endSoak) {
    if (state.windowsDone - carriedWindows >= WINDOWS_PER_RUN) await carryOver(run, input, state);
    const ms = Math.min(plan.soak.windowMs, state.deadline - Date.now());
    const watched = await watchWindow(run, gate, ms, state.cursor);
    if (watched === null) break;
    const { verdict, cursor } = watched;
    state = { ...state, windowsDone: state.windowsDone + 1, cursor };
    if (verdict.decision === 'fail') stop('rolled_back', 'GateFailed', verdict);
    if (verdict.decision === 'error') stop('held', 'EvidenceUnreachable', verdict);
  }
  await guardWhile(run, gate, () => controls.paused && !controls.endSoak);
  controls.soaking = false;
  const last = progress.status.lastVerdict;
  // A first version that nobody has called: an endpoint that answers nobody would be no safer.
  const nothingToGoBackTo = !run.stable && last?.reason === 'NoData';
  if (last?.decision !== 'pass' && !nothingToGoBackTo && !controls.endSoak)
    throw new Halt('held', 'NotEnoughEvidence', last?.summary ?? 'the soak saw nothing', last);
  const reason = controls.endSoak ? 'SoakEndedEarly' : nothingToGoBackTo ? 'NoData' : 'SoakPassed';
  journal.note({
    stage: 'soak',
    reason,
    detail: { summary: last?.summary ?? '', question: gate.question },
    evidence: last,
  });
  progress.end('soak', 'passed', last?.summary ?? '');

  function stop(
    outcome: 'rolled_back' | 'held',
    reason: 'GateFailed' | 'EvidenceUnreachable',
    verdict: NonNullable<typeof last>,
  ): never {
    journal.note({
      stage: 'soak',
      reason,
      detail: { summary: verdict.summary, question: gate.question },
      evidence: verdict,
    });
    throw new Halt(outcome, reason, verdict.summary, verdict);
  }
}

/** A day of quarter-hour windows, about 600 events, is one history: far below Temporal's limits, and quick to read. */
const WINDOWS_PER_RUN = 96;

/** A soak may outlive what one history holds. Nothing is awaited on the way: no message is lost, no abort waits for the ledger. */
async function carryOver(run: Run, input: RolloutInput, soakState: SoakState): Promise<never> {
  return continueAsNew<(input: RolloutInput) => Promise<unknown>>({
    ...input,
    carried: {
      facts: run.facts,
      sequence: run.sequence,
      undo: run.undo,
      paused: run.controls.paused,
      soak: soakState,
      stages: run.progress.status.stages,
      steps: run.progress.status.steps,
      lastVerdict: run.progress.status.lastVerdict,
      ledgerSequence: run.journal.sequence,
      ledgerPending: run.journal.pending,
    },
  });
}

function gateOf(run: Run, stageSequence: number): Gate {
  const { plan, epoch } = run.facts;
  return {
    stage: 'soak',
    name: 'soak',
    maxDurationMs: plan.soak?.durationMs ?? 0,
    onInconclusive: 'hold',
    question: {
      stage: 'soak',
      candidate: run.candidate,
      stable: run.stable,
      plan: plan.gates,
      shadow: null,
      epoch,
      stageSequence,
      stepSequence: stageSequence,
      weight: FULL_WEIGHT,
      nextWeight: FULL_WEIGHT,
      minDurationMs: 0,
    },
  };
}
