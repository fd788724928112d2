import {
  CancellationScope,
  allHandlersFinished,
  condition,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { DrillFacts, DrillInput, DrillResult } from '../domain/drill.ts';
import { formatDuration } from '../domain/duration.ts';
import { Controls } from './controls.ts';
import { alertFailure, endIncidents } from './drill/alert.ts';
import { endingOf, type Ending } from './ending.ts';
import { Journal } from './journal.ts';
import { statusQuery } from './messages.ts';
import { Progress } from './progress.ts';
import { quick } from './proxies.ts';
import { Run } from './run.ts';
import { build } from './stages/build.ts';
import { canary } from './stages/canary.ts';
import { shadow } from './stages/shadow.ts';
import { unwind } from './unwind.ts';

/**
 * Rehearses going back: rolls a faulty copy of the version that serves out onto it, by the stages, gates and way back of any
 * rollout, and measures how long it takes until nothing reaches the copy any more.
 *
 * Runs under the endpoint's one workflow id, so it cannot cross a rollout.
 */
export async function drill(given?: DrillInput): Promise<DrillResult> {
  const input = given ?? ({} as DrillInput);
  const { target, endpoint } = input;
  const progress = new Progress({ spec: { target, endpoint, model: '' } });
  const controls = new Controls();
  controls.listen();
  setHandler(statusQuery, () => progress.status, { description: 'Where the drill stands.' });
  const facts = await quick.prepareDrill.executeWithOptions({ summary: 'read the endpoint, plan the rehearsal' }, [
    { input, rolloutKey: workflowInfo().firstExecutionRunId },
  ]);
  const journal = new Journal({ target, endpoint, rolloutId: facts.rolloutId });
  const run = new Run({ facts, progress, journal, controls, undo: [], sequence: 0 });
  progress.identify(facts);
  const { candidate, snapshot, plan } = facts;
  const actor = { name: input.by ?? 'unknown', proof: 'asserted' } as const;
  const message = input.reason ?? describe(facts);
  journal.note({ stage: 'preflight', reason: 'DrillStarted', actor, detail: { message, drill: facts.drill } });
  journal.note({ stage: 'preflight', reason: 'PreflightPassed', detail: { snapshot, candidate, plan } });

  let begun: number | null = null;
  const ending = await controls
    .forward(async () => {
      await build(run);
      begun = Date.now();
      await (facts.drill.weight > 0 ? canary(run) : shadow(run));
    })
    .then((): Ending => ({ ...UNSEEN, verdict: progress.status.lastVerdict }))
    .catch((error: unknown) => {
      const read = endingOf(error, controls);
      if (!read) throw error;
      return read;
    });
  return CancellationScope.nonCancellable(async () => {
    progress.interrupt('failed', ending.detail);
    journal.note({
      stage: 'rollback',
      reason: 'RollbackStarted',
      detail: { message: ending.detail },
      evidence: ending.verdict,
    });
    const told = await inTime(run, begun === null ? null : begun + facts.drill.withinMs, () => unwind(run, false));
    return close(run, facts, ending, { begun, told });
  });
}

const UNSEEN = { outcome: 'held', reason: 'GatePassed', detail: 'the gate let the fault pass' } as const;

/** Goes back, and tells people when the time is over before it has got through; whether they were told. */
async function inTime(run: Run, deadline: number | null, goBack: () => Promise<void>): Promise<boolean> {
  const alarm = new CancellationScope();
  let told = false;
  if (deadline !== null)
    void alarm
      .run(async () => {
        await sleep(Math.max(1, deadline - Date.now()), { summary: 'the time that the drill may take' });
        if (run.restoredAt !== null) return;
        told = true;
        await alertFailure(run, 'the fault has not been taken back in time; the tries go on');
      })
      .catch(() => undefined);
  await goBack();
  alarm.cancel();
  return told;
}

async function close(
  run: Run,
  facts: DrillFacts,
  ending: Ending,
  { begun, told }: { begun: number | null; told: boolean },
): Promise<DrillResult> {
  const { progress, journal } = run;
  const { snapshot, drill: held, rolloutId, candidate } = facts;
  const tookMs = begun === null || run.restoredAt === null ? null : run.restoredAt - begun;
  const stopped = ending.outcome === 'aborted';
  const found = ending.outcome === 'rolled_back' && ending.reason === 'GateFailed';
  // A copy that does not start, or gets no request, was never there to be found.
  const notHeld = ending.reason === 'ActivityFailed';
  const passed = stopped || notHeld ? null : found && tookMs !== null && tookMs <= held.withinMs;
  const reason = stopped ? ending.reason : notHeld ? 'DrillNotHeld' : passed ? 'DrillPassed' : 'DrillFailed';
  const outcome = stopped ? 'aborted' : 'rolled_back';
  const detail = found && tookMs !== null ? inWords(facts, tookMs) : ending.detail;
  const serving = snapshot.stable?.key ?? null;
  if (!stopped && passed !== true && !told) await alertFailure(run, detail, notHeld);
  journal.note({
    stage: 'done',
    reason,
    detail: { outcome, serving, message: detail, passed, seconds: inSeconds(tookMs), drill: held },
    evidence: ending.verdict,
  });
  await journal.flushed();
  await endIncidents(run);
  Object.assign(progress.status, { reason, detail });
  progress.outcome(outcome);
  await condition(allHandlersFinished);
  if (ending.cancelled) throw ending.cancelled;
  const { key } = candidate;
  return {
    rolloutId,
    outcome,
    reason,
    detail,
    candidate: key,
    serving,
    verdict: ending.verdict,
    passed,
    seconds: inSeconds(tookMs),
  };
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

function inWords(facts: DrillFacts, tookMs: number): string {
  const { withinMs } = facts.drill;
  const late = tookMs <= withinMs ? '' : `, later than ${formatDuration(withinMs)}`;
  return `${describe(facts)}: found and taken back after ${formatDuration(tookMs)}${late}`;
}

function describe({ drill: { fault, weight } }: DrillFacts): string {
  return `${fault.kind} ${weight > 0 ? `on ${weight / 100} % of live traffic` : 'on mirrored traffic'}`;
}
