import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { formatDuration } from '../domain/duration.ts';
import type { GateQuestion } from '../domain/gate-question.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { NoticeFacts } from '../domain/notice.ts';
import type { WatchCursor, WatchMode, WatchReport, WatchResult } from '../domain/watch.ts';
import { Alarm } from './alarm.ts';
import type { Deps } from './deps.ts';
import { EvidenceFeed } from './evidence/feed.ts';
import { GateWatch } from './gate-watch.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { SightChange } from './sight.ts';
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
  /** Who is told when the evidence store is away; nobody where absent. */
  readonly notices?: NoticeFacts | null;
}

/** How soon the transitions are tried again that could not be written, in milliseconds. */
const AGAIN_MS = 500;

/** Heartbeats in the time after which a watch counts as dead. */
const HEARTBEATS = 4;

/** Watches gates. One activity looks as often as it likes without a history event for each look. */
export function createWatchActivities(deps: Deps) {
  const { pool, clock, judged, watching } = deps;
  const feed = new EvidenceFeed(pool);
  return {
    /**
     * Reads sealed batches as they come and returns once the gate has decided, or its time is over.
     *
     * A repeated attempt starts from `from` again: batches are immutable, so it comes to the same verdict.
     */
    async watchGate(request: WatchGate): Promise<WatchResult> {
      const context = Context.current();
      const { scheduledTimestampMs: scheduled, heartbeatTimeoutMs = 0 } = context.info;
      const alarm = request.notices ? new Alarm(deps, request.notices) : null;
      const changed = (change: SightChange): void => {
        context.log.warn(wordsOf(change), { target: request.target, endpoint: request.endpoint });
        alarm?.raise(noticeOf(change));
      };
      const watch = new GateWatch(
        request,
        { clock, scheduled, changed, judged },
        heardOf(context.info.heartbeatDetails),
      );
      const { target, endpoint, question } = request;
      const unwatched = watching?.({ target, endpoint, stage: question.stage }, () => watch.lastSeen);
      return withHeartbeat(
        async (signal) => {
          try {
            return await Promise.race([follow(watch, request, signal), context.cancelled]);
          } finally {
            feed.remove(watch);
            unwatched?.();
          }
        },
        () => watch.report(),
        heartbeatTimeoutMs / HEARTBEATS,
      );
    },
  };

  async function follow(watch: GateWatch, { entries }: WatchGate, signal: AbortSignal): Promise<WatchResult> {
    // A verdict may only be given once what came before it is in the ledger.
    if (entries.length > 0) await write(watch, entries, signal);
    signal.throwIfAborted();
    if (!watch.over) feed.add(watch);
    return watch.ended;
  }

  /** Returns once it is written, or the watch has been blind for too long to go on. */
  async function write(watch: GateWatch, entries: readonly LedgerEntry[], signal: AbortSignal): Promise<void> {
    while (!watch.over) {
      try {
        await appendLedger(pool, entries);
        return;
      } catch (error) {
        watch.missed(error instanceof Error ? error : new Error(String(error)));
        await delay(AGAIN_MS, undefined, { signal });
      }
    }
  }
}

function noticeOf(change: SightChange) {
  const { event, from } = change;
  const reason = event === 'evidence_lost' ? 'EvidenceLost' : 'EvidenceBack';
  return { event, reason, detail: wordsOf(change), occasion: from } as const;
}

function wordsOf({ event, from, to, detail }: SightChange): string {
  if (event === 'evidence_lost') return detail;
  return `the evidence store answers again after ${formatDuration(Date.parse(to ?? from) - Date.parse(from))}`;
}

/** What an earlier attempt told last; `null` for the first one, and where another release told it otherwise. */
function heardOf(details: unknown): WatchReport['watch'] | null {
  const watch = (details as Partial<WatchReport> | null | undefined)?.watch;
  return watch && Array.isArray(watch.outages) && !Number.isNaN(Date.parse(watch.lastSeen)) ? watch : null;
}
