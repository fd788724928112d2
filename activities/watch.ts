import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { judge, observe, openGate, type GateState } from '../gates/gate.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import { formatDuration } from '../domain/duration.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { WatchCursor, WatchMode, WatchResult } from '../domain/watch.ts';
import type { Deps } from './deps.ts';
import { BatchChanged, readBatches } from './evidence/batches.ts';
import { withHeartbeat } from './heartbeat.ts';
import { appendLedger } from './store/ledger.ts';

export interface WatchGate {
  readonly target: string;
  readonly endpoint: string;
  readonly question: GateQuestion;
  readonly mode: WatchMode;
  /** Milliseconds to watch at most; `null` for as long as nobody cancels. */
  readonly limitMs: number | null;
  /** Longest time without an answer from the evidence store. */
  readonly maxBlindMs: number;
  readonly from: WatchCursor | null;
  /** Transitions to write on the way. */
  readonly entries: readonly LedgerEntry[];
}

/** How often sealed batches are asked for; batches themselves come every 1 to 10 seconds. */
const LOOK_EVERY_MS = 500;

/** Most batches read at once: a few megabytes. */
const PAGE = 1_000;

/** Watches gates. One activity looks as often as it likes without a history event for each look. */
export function createWatchActivities({ pool, clock }: Deps) {
  return {
    /**
     * Reads sealed batches as they come and returns once the gate has decided, or its time is over.
     *
     * A repeated attempt starts from `from` again: batches are immutable, so it comes to the same verdict.
     */
    async watchGate(request: WatchGate): Promise<WatchResult> {
      const watch = new Watch(request, clock(), Context.current().info.scheduledTimestampMs);
      return withHeartbeat(
        async (signal) => {
          for (;;) {
            signal.throwIfAborted();
            const result = await look(watch, clock);
            if (result) return result;
            await delay(LOOK_EVERY_MS, undefined, { signal });
          }
        },
        () => watch.shown(),
      ).catch((error: unknown) => {
        if (Context.current().cancellationSignal.aborted) return Context.current().cancelled;
        throw error;
      });
    },
  };

  async function look(watch: Watch, now: () => number): Promise<WatchResult | null> {
    const { target, endpoint, question } = watch.request;
    try {
      await watch.writeEntries(pool);
      for (;;) {
        const batches = await readBatches(pool, {
          target,
          endpoint,
          epoch: question.epoch,
          fromSequence: question.calibrationSequence ?? question.stageSequence,
          afterIndex: watch.afterIndex,
          limit: PAGE,
        });
        for (const batch of batches) {
          watch.take(observe(watch.state, batch), batch.index);
          // After every batch, as the tests' error rates assume, so that a late look decides as a prompt one would have.
          const decided = watch.decided();
          if (decided) return decided;
        }
        watch.lastSeen = now();
        if (batches.length < PAGE) return watch.atTime(now());
      }
    } catch (error) {
      if (error instanceof BatchChanged) return watch.unusable(error.message);
      // Whatever the reason, nobody is watching: that may last no longer than the plan allows.
      return watch.blind(now(), error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One watch under way. */
class Watch {
  readonly request: WatchGate;
  readonly started: number;
  state: GateState;
  afterIndex: number;
  lastSeen: number;
  #written = false;

  /** @param scheduled when the first attempt was: the time limit does not begin again with each */
  constructor(request: WatchGate, now: number, scheduled: number) {
    this.request = request;
    this.started = scheduled;
    this.lastSeen = now;
    this.state = (request.from?.state as GateState | undefined) ?? openGate(request.question);
    this.afterIndex = request.from?.afterIndex ?? -1;
  }

  async writeEntries(pool: Deps['pool']): Promise<void> {
    if (this.#written) return;
    await appendLedger(pool, this.request.entries);
    this.#written = true;
  }

  take(state: GateState, index: number): void {
    this.state = state;
    this.afterIndex = index;
  }

  /** What the gate says now, for whoever watches the rollout. */
  shown(): Verdict {
    return judge(this.state);
  }

  /** The verdict, if it ends this watch. */
  decided(): WatchResult | null {
    const verdict = judge(this.state);
    if (verdict.decision === 'fail' || verdict.decision === 'error') return this.#end(verdict);
    return verdict.decision === 'pass' && this.request.mode === 'decide' ? this.#end(verdict) : null;
  }

  atTime(now: number): WatchResult | null {
    const { limitMs, mode } = this.request;
    if (limitMs === null || now - this.started < limitMs) return null;
    const verdict = judge(this.state);
    if (mode === 'window' || verdict.decision !== 'inconclusive') return this.#end(verdict);
    const reason = verdict.reason === 'NoData' ? 'NoData' : 'NotEnoughEvidence';
    return this.#end({ ...verdict, reason, summary: `undecided after ${formatDuration(limitMs)}: ${verdict.summary}` });
  }

  blind(now: number, error: Error): WatchResult | null {
    const { maxBlindMs } = this.request;
    if (now - this.lastSeen < maxBlindMs) return null;
    return this.unusable(
      `the evidence store has not answered for ${formatDuration(now - this.lastSeen)}: ${error.message}`,
    );
  }

  /** Evidence that cannot be had or trusted says nothing about the candidate. */
  unusable(summary: string): WatchResult {
    return this.#end({ ...judge(this.state), decision: 'error', reason: 'EvidenceUnreachable', summary });
  }

  #end(verdict: Verdict): WatchResult {
    return { verdict, cursor: { state: this.state, afterIndex: this.afterIndex } };
  }
}
