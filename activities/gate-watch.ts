import { formatDuration } from '../domain/duration.ts';
import type { GateBatch } from '../domain/gate-batch.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { WatchReport, WatchResult } from '../domain/watch.ts';
import { judge, observe, openGate, type GateState } from '../gates/gate.ts';
import type { BatchChanged, BatchQuery } from './evidence/batches.ts';
import type { BatchReader } from './evidence/feed.ts';
import { Sight, type SightChange } from './sight.ts';
import type { WatchGate } from './watch.ts';

/** How often sealed batches are asked for while a mistake costs more the longer it lasts, and least often in a soak. */
const URGENT_MS = 500;
const PATIENT_MS = 5_000;
/** In a soak before the first batch has told how often they come. */
const UNKNOWN_MS = 2_000;

/** One gate under watch: takes batches as they come, and ends once the gate has decided or its time is over. */
export class GateWatch implements BatchReader {
  readonly ended: Promise<WatchResult>;
  over = false;
  readonly #request: WatchGate;
  readonly #ports: WatchPorts;
  readonly #sight: Sight;
  readonly #heardIndex: number;
  #end!: (result: WatchResult) => void;
  #state: GateState;
  #verdict: Verdict;
  #afterIndex: number;
  #batchMs: number | null = null;

  /** @param heard the last report of an earlier attempt */
  constructor(request: WatchGate, ports: WatchPorts, heard: WatchReport['watch'] | null) {
    this.#request = request;
    this.#ports = ports;
    this.#state = (request.from?.state as GateState | undefined) ?? openGate(request.question);
    this.#verdict = judge(this.#state);
    this.#afterIndex = request.from?.afterIndex ?? -1;
    this.#sight = new Sight(ports.clock(), ports.changed, heard);
    this.#heardIndex = heard?.afterIndex ?? -1;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  get query(): BatchQuery {
    const { target, endpoint, question } = this.#request;
    const { epoch, calibrationSequence, stageSequence } = question;
    return {
      target,
      endpoint,
      epoch,
      fromSequence: calibrationSequence ?? stageSequence,
      afterIndex: this.#afterIndex,
    };
  }

  /** When the evidence store last answered, in milliseconds since 1970. */
  get lastSeen(): number {
    return Date.parse(this.#sight.report().lastSeen);
  }

  get everyMs(): number {
    const { question, limitMs } = this.#request;
    if (question.stage !== 'soak') return URGENT_MS;
    const left = limitMs === null ? Infinity : this.#ports.scheduled + limitMs - this.#ports.clock();
    const pace = this.#batchMs === null ? UNKNOWN_MS : Math.min(this.#batchMs / 2, PATIENT_MS);
    return Math.max(URGENT_MS, Math.min(pace, left));
  }

  take(batch: GateBatch): boolean {
    this.#sight.regained(this.#ports.clock());
    this.#state = observe(this.#state, batch);
    this.#afterIndex = batch.index;
    this.#batchMs = Date.parse(batch.sealed) - Date.parse(batch.opened);
    // After every batch, as the tests' error rates assume, so that a late look decides as a prompt one would have.
    this.#verdict = judge(this.#state);
    this.#tellLateness(batch);
    const { decision } = this.#verdict;
    const decided = decision === 'fail' || decision === 'error';
    if (decided || (decision === 'pass' && this.#request.mode === 'decide')) this.#close(this.#verdict);
    return !this.over;
  }

  caughtUp(): void {
    const now = this.#ports.clock();
    this.#sight.regained(now);
    const { limitMs, mode } = this.#request;
    if (limitMs === null || now - this.#ports.scheduled < limitMs) return;
    const verdict = this.#verdict;
    if (mode === 'window' || verdict.decision !== 'inconclusive') return this.#close(verdict);
    const reason = verdict.reason === 'NoData' ? 'NoData' : 'NotEnoughEvidence';
    this.#close({ ...verdict, reason, summary: `undecided after ${formatDuration(limitMs)}: ${verdict.summary}` });
  }

  /** Whatever the reason, nobody is watching: that may last no longer than the plan allows. */
  missed(error: Error): void {
    const now = this.#ports.clock();
    this.#sight.missed(now, error);
    if (this.#sight.blindMs(now) >= this.#request.maxBlindMs) this.#close(this.#unusable(this.#sight.words(now)));
  }

  refuse({ message }: BatchChanged): void {
    this.#close(this.#unusable(message));
  }

  /** What the gate says now, for whoever watches the rollout, and for a worker that has to take over. */
  report(): WatchReport {
    const now = this.#ports.clock();
    const shown = this.#sight.isLost(now) ? this.#unusable(this.#sight.words(now)) : this.#verdict;
    // A watch that begins again is where the one before it was until it has caught up.
    const afterIndex = Math.max(this.#afterIndex, this.#heardIndex);
    return { ...shown, watch: { afterIndex, ...this.#sight.report() } };
  }

  /** Evidence that cannot be had or trusted says nothing about the candidate. */
  #unusable(summary: string): Verdict {
    return { ...this.#verdict, decision: 'error', reason: 'EvidenceUnreachable', summary };
  }

  #close(verdict: Verdict): void {
    this.over = true;
    const cursor = { state: this.#state, afterIndex: this.#afterIndex };
    const { outages } = this.#sight.report();
    this.#end({ verdict, cursor, ...(outages.length > 0 && { outages }) });
  }

  #tellLateness({ index, sealed }: GateBatch): void {
    const { judged, clock, scheduled } = this.#ports;
    const at = Date.parse(sealed);
    // What was there before, and what an earlier attempt has judged, was not waiting for this one.
    if (at >= scheduled && index > this.#heardIndex) judged?.(this.#request.question.stage, clock() - at);
  }
}

export interface WatchPorts {
  readonly clock: () => number;
  /** When the first attempt was: the time limit does not begin again with each. */
  readonly scheduled: number;
  /** Evidence was lost, or is back. */
  readonly changed: (change: SightChange) => void;
  readonly judged?: ((stage: WatchGate['question']['stage'], latenessMs: number) => void) | undefined;
}
