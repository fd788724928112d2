import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { GateQuestion } from '../domain/gate-question.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Stage } from '../domain/outcome.ts';
import type { InconclusivePolicy } from '../domain/rollout-spec.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { PreflightFacts } from '../domain/rollout-state.ts';
import type { Outage, WatchCursor, WatchMode, WatchResult } from '../domain/watch.ts';
import type { NoticeFacts } from '../domain/notice.ts';
import { ArmsLost, Halt } from './halt.ts';
import { watching } from './proxies.ts';
import type { Run } from './run.ts';

/** One gate of one step. */
export interface Gate {
  readonly stage: Extract<Stage, 'shadow' | 'canary' | 'ab' | 'full' | 'soak'>;
  /** `canary-10`, as approvals name it. */
  readonly name: string;
  readonly question: GateQuestion;
  readonly maxDurationMs: number;
  readonly onInconclusive: InconclusivePolicy;
}

/**
 * Watches until the gate says that the rollout may go on, and returns that verdict.
 *
 * @throws Halt when it says anything else: a failed gate rolls back, missing evidence holds, an undecided one follows its policy
 * @throws ArmsLost where a test is to go on with fewer arms
 */
export async function passGate(run: Run, gate: Gate): Promise<Verdict> {
  for (;;) {
    const skipped = () => run.controls.skipToFull && (gate.stage === 'canary' || gate.stage === 'ab');
    const result = await watch(run, gate, 'decide', gate.maxDurationMs, skipped);
    if (result === null) return settle(run, gate);
    const { verdict } = result;
    note(run, gate, verdict);
    if (verdict.decision === 'fail') throw failed(verdict);
    if (verdict.decision === 'error') throw new Halt('held', heldReason(verdict), verdict.summary, verdict);
    if (verdict.decision === 'pass') {
      await guardWhile(run, gate, () => run.controls.paused);
      return verdict;
    }
    if (run.controls.paused) {
      // The clock of a paused gate does not run: it is watched afresh after `resume`.
      await guardWhile(run, gate, () => run.controls.paused);
      continue;
    }
    const goesOn = await undecided(run, gate, verdict);
    if (!goesOn) return verdict;
  }
}

/** Waits for a person at a gate, watching the candidate meanwhile if it has traffic. */
export async function awaitApproval(
  run: Run,
  name: string,
  live: Gate | null,
  limit = run.facts.plan.approvalTimeoutMs,
): Promise<void> {
  const { controls, progress, journal } = run;
  controls.waitingFor = progress.status.waitingFor = name;
  progress.show();
  journal.note({ stage: progress.status.phase, step: name, reason: 'ApprovalAsked', detail: { gate: name } });
  journal.write();
  const answered = () => controls.approved === name || controls.skipToFull;
  const inTime = live
    ? await guardUntil(run, live, answered, limit)
    : await condition(answered, limit, { summary: `waiting for approval of ${name}` });
  controls.waitingFor = progress.status.waitingFor = null;
  progress.show();
  if (!inTime) throw new Halt('held', 'ApprovalTimedOut', `nobody approved ${name} within ${formatDuration(limit)}`);
}

/** One window of the soak, going on from where the last one ended. */
export async function watchWindow(
  run: Run,
  gate: Gate,
  ms: number,
  from: WatchCursor | null,
  released = () => run.controls.endSoak,
): Promise<WatchResult | null> {
  return watch(run, gate, 'window', ms, released, from);
}

/** Holds the present weight as long as `held` says so; a gate that fails meanwhile still rolls back. */
export async function guardWhile(run: Run, gate: Gate, held: () => boolean): Promise<void> {
  if (held()) await guardUntil(run, gate, () => !held(), null);
}

async function guardUntil(run: Run, gate: Gate, released: () => boolean, limitMs: number | null): Promise<boolean> {
  const result = await watch(run, gate, 'guard', limitMs, released);
  if (result === null) return true;
  const { verdict } = result;
  if (verdict.decision === 'inconclusive' || verdict.decision === 'pass') return false;
  note(run, gate, verdict);
  if (verdict.decision === 'fail') throw failed(verdict);
  throw new Halt('held', heldReason(verdict), verdict.summary, verdict);
}

/** Follows the policy of an undecided gate: true to watch on, false to go on as if passed. */
async function undecided(run: Run, gate: Gate, verdict: Verdict): Promise<boolean> {
  switch (gate.onInconclusive) {
    case 'extend':
      return true;
    case 'promote':
      return false;
    case 'ask':
      await awaitApproval(run, `${gate.name}-undecided`, gate);
      return false;
    case 'rollback':
      throw new Halt('rolled_back', 'NotEnoughEvidence', verdict.summary, verdict);
    case 'hold':
      throw new Halt('held', verdict.reason === 'NoData' ? 'NoData' : 'NotEnoughEvidence', verdict.summary, verdict);
  }
}

/** `null` when `interrupted` became true first. */
async function watch(
  run: Run,
  gate: Gate,
  mode: WatchMode,
  limitMs: number | null,
  interrupted: () => boolean,
  from: WatchCursor | null = null,
): Promise<WatchResult | null> {
  if (interrupted()) return null;
  const { plan } = run.facts;
  run.progress.status.nextDeadline = limitMs === null ? null : new Date(Date.now() + limitMs).toISOString();
  run.progress.show();
  const scope = new CancellationScope();
  const watched = scope
    .run(() =>
      run.journal.ride((entries) =>
        watching.watchGate.executeWithOptions(
          {
            summary: `${gate.name}: ${SUMMARIES[mode]}`,
            // No watcher at all for this long is the blindness that maxBlind is about.
            scheduleToStartTimeout: plan.maxBlindMs,
            heartbeatTimeout: DEAD_AFTER[gate.stage],
          },
          [
            {
              target: plan.target,
              endpoint: plan.endpoint,
              question: gate.question,
              mode,
              limitMs,
              maxBlindMs: plan.maxBlindMs,
              from,
              entries,
              notices: noticesOf(run.facts),
            },
          ],
        ),
      ),
    )
    .catch((error: unknown) => {
      if (isCancellation(error) && scope.consideredCancelled && interrupted()) return null;
      throw error;
    });
  const stopped = condition(interrupted).then(() => {
    scope.cancel();
    return null;
  });
  const result = await Promise.race([watched, stopped]);
  if (result) run.progress.status.lastVerdict = result.verdict;
  for (const outage of result?.outages ?? []) noteOutage(run, gate, outage);
  run.progress.show();
  return result;
}

const SUMMARIES: Readonly<Record<WatchMode, string>> = {
  decide: 'watching the gate',
  guard: 'holding, still watching',
  window: 'watching one window',
};

/** A watch that has not told for so long that it lives is given to another worker; a soak's batches may wait 30 s. */
const DEAD_AFTER: Readonly<Record<Gate['stage'], string>> = {
  shadow: '10s',
  canary: '10s',
  ab: '10s',
  full: '10s',
  soak: '25s',
};

/** The part of the facts that a notice tells; nothing where nobody is to be told, since every watch is kept in the history. */
export function noticesOf({ rolloutId, plan, candidate, snapshot }: PreflightFacts): NoticeFacts | null {
  const { target, endpoint, model, notify } = plan;
  if (notify.length === 0) return null;
  const stable = snapshot.stable && { key: snapshot.stable.key };
  return {
    rolloutId,
    plan: { target, endpoint, model, notify },
    candidate: { key: candidate.key },
    snapshot: { stable },
  };
}

function noteOutage(run: Run, { stage, name }: Gate, { from, to, detail }: Outage): void {
  run.journal.note({ stage, step: name, reason: 'EvidenceLost', effectiveAt: from, detail: { message: detail } });
  if (to !== null) run.journal.note({ stage, step: name, reason: 'EvidenceBack', effectiveAt: to });
}

/** The gate is skipped by hand: what it would say now is not asked. */
function settle(run: Run, gate: Gate): Verdict {
  return (
    run.progress.status.lastVerdict ?? {
      decision: 'inconclusive',
      reason: 'PromotedByHand',
      summary: `${gate.name} was skipped by hand`,
      metrics: [],
      samples: { candidate: 0, stable: 0 },
      batches: { count: 0, first: 0, last: 0, hash: '' },
      algorithm: 'none',
    }
  );
}

function note(run: Run, gate: Gate, verdict: Verdict): void {
  const reason = {
    pass: verdict.reason === 'TestWon' ? 'TestWon' : 'GatePassed',
    fail: failedReason(verdict),
    inconclusive: 'NotEnoughEvidence',
  } as const;
  run.journal.note({
    stage: gate.stage,
    step: gate.name,
    reason: verdict.decision === 'error' ? heldReason(verdict) : reason[verdict.decision],
    // With the batches, all that the verdict can be computed from again.
    detail: { summary: verdict.summary, question: gate.question },
    evidence: verdict,
  });
}

function failed(verdict: Verdict): Error {
  if (verdict.reason === 'ArmLost') return new ArmsLost(verdict);
  return new Halt('rolled_back', failedReason(verdict), verdict.summary, verdict);
}

/** A test is lost for reasons of its own. */
const OF_TESTS = ['TestLost', 'TestUseless', 'OtherArmWon', 'ArmLost'] as const;

function failedReason({ reason }: Verdict): (typeof OF_TESTS)[number] | 'GateFailed' {
  return OF_TESTS.find((own) => own === reason) ?? 'GateFailed';
}

/** Without these two the evidence could not be had at all. */
function heldReason({ reason }: Verdict): 'SplitMismatch' | 'RiskBudgetSpent' | 'EvidenceUnreachable' {
  return reason === 'SplitMismatch' || reason === 'RiskBudgetSpent' ? reason : 'EvidenceUnreachable';
}
