import { allHandlersFinished, condition, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { formatDuration } from '../../domain/duration.ts';
import { FULL_WEIGHT } from '../../domain/route.ts';
import type { RolloutInput, SoakState } from '../../domain/rollout-state.ts';
import { watchWindow, type Gate } from '../gate.ts';
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
  const { deadline } = state;
  const over = () => controls.endSoak || (Date.now() >= deadline && !controls.paused);
  while (!over()) {
    if (mustContinueAsNew(state.windowsDone - carriedWindows)) await carryOver(run, input, state);
    const left = deadline - Date.now();
    // A pause beyond the end is watched in windows too, so that it may last as long as it likes; it ends with the pause.
    const watched =
      left > 0
        ? await watchWindow(run, gate, Math.min(plan.soak.windowMs, left), state.cursor)
        : await watchWindow(run, gate, plan.soak.windowMs, state.cursor, over);
    if (watched === null) break;
    const { verdict, cursor } = watched;
    state = { ...state, windowsDone: state.windowsDone + 1, cursor };
    if (verdict.decision === 'fail') stop('rolled_back', 'GateFailed', verdict);
    if (verdict.decision === 'error') stop('held', 'EvidenceUnreachable', verdict);
  }
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

/** After at least one window, so that no run comes to nothing: when the history is long enough, or newer workers are current. */
function mustContinueAsNew(windows: number): boolean {
  const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  if (windows === 0) return false;
  return windows >= WINDOWS_PER_RUN || continueAsNewSuggested || targetWorkerDeploymentVersionChanged;
}

/**
 * A soak may outlive what one history holds, and the release that began it: the next run is the current version's.
 *
 * Nobody can be asked for approval in a soak, so what people said is `paused` alone. No abort waits for the ledger here.
 *
 * @throws CancelledFailure when an abort or a cancellation came with the last window, which the next run would not hear of
 */
async function carryOver(run: Run, input: RolloutInput, soakState: SoakState): Promise<never> {
  await condition(allHandlersFinished);
  const { progress, journal } = run;
  return continueRollout({
    ...input,
    carried: {
      facts: run.facts,
      sequence: run.sequence,
      undo: run.undo,
      paused: run.controls.paused,
      soak: soakState,
      route: progress.status.route,
      stages: progress.status.stages,
      steps: progress.status.steps,
      lastVerdict: progress.status.lastVerdict,
      ledgerSequence: journal.sequence,
      ledgerPending: journal.pending,
    },
  });
}

const continueRollout = (input: RolloutInput) =>
  makeContinueAsNewFunc<(input: RolloutInput) => Promise<unknown>>({ initialVersioningBehavior: 'AUTO_UPGRADE' })(
    input,
  );

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
