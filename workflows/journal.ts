import { CancellationScope, log } from '@temporalio/workflow';
import { SYSTEM, type Actor, type LedgerEntry } from '../domain/ledger-entry.ts';
import type { Phase } from '../domain/outcome.ts';
import type { Reason } from '../domain/reasons.ts';
import { persistent } from './proxies.ts';

/** What a transition says; the journal adds its place in the rollout. */
export interface Note {
  readonly stage: Phase;
  readonly reason: Reason;
  readonly step?: string | null;
  readonly actor?: Actor;
  /** ISO 8601; now when absent. */
  readonly effectiveAt?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly evidence?: unknown;
}

/**
 * The rollout's transitions on their way to the ledger, in order.
 *
 * They are workflow state until they are written, so nothing is lost when a worker dies, and traffic never waits for
 * PostgreSQL. Most ride along with the activity that comes next, which keeps a rollout's history short.
 */
export class Journal {
  #sequence: number;
  #pending: readonly LedgerEntry[];
  #writing: Promise<void> | null = null;
  readonly #place: { target: string; endpoint: string; rolloutId: string };

  constructor(
    place: { target: string; endpoint: string; rolloutId: string },
    sequence = 0,
    pending: readonly LedgerEntry[] = [],
  ) {
    this.#pending = pending;
    this.#place = place;
    this.#sequence = sequence;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** What is not known to be written; continue-as-new takes it along. */
  get pending(): readonly LedgerEntry[] {
    return this.#pending;
  }

  note(note: Note): void {
    const rolloutSequence = ++this.#sequence;
    const entry: LedgerEntry = {
      ...this.#place,
      // The reason is part of the key: after a workflow reset the same number may stand for another transition.
      key: `${this.#place.rolloutId}:${rolloutSequence}:${note.reason}`,
      rolloutSequence,
      effectiveAt: note.effectiveAt ?? new Date().toISOString(),
      actor: note.actor ?? SYSTEM,
      stage: note.stage,
      step: note.step ?? null,
      reason: note.reason,
      detail: note.detail ?? {},
      evidence: note.evidence ?? null,
    };
    this.#pending = [...this.#pending, entry];
    logTransition(entry);
  }

  /** Lets an activity write what is pending; if it does not come to an end, the next one writes it again. */
  async ride<T>(activity: (entries: readonly LedgerEntry[]) => Promise<T>): Promise<T> {
    const entries = this.#pending;
    const result = await activity(entries);
    this.#pending = this.#pending.filter((entry) => !entries.includes(entry));
    return result;
  }

  /** Begins to write what is pending by an activity of its own. */
  write(): void {
    this.#writing ??= CancellationScope.nonCancellable(() => this.#drain()).finally(() => (this.#writing = null));
  }

  /** Resolves once everything noted so far is in the ledger. */
  async flushed(): Promise<void> {
    // What is noted while the last write comes to its end would otherwise be left behind.
    while (this.#writing !== null || this.#pending.length > 0) {
      this.write();
      await this.#writing;
    }
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.ride((entries) => {
        const summary = `ledger: ${entries.map(({ reason }) => reason).join(', ')}`.slice(0, SUMMARY_BYTES);
        return persistent.recordTransitions.executeWithOptions({ summary }, [{ entries }]);
      });
    }
  }
}

/** Temporal's limit is 200. */
const SUMMARY_BYTES = 180;

/** For the worker's log, where `slipway logs` finds it by rollout and version; not written again when history is replayed. */
function logTransition({ target, endpoint, rolloutId, stage, step, reason, actor, detail }: LedgerEntry): void {
  const { message, route, summary } = detail;
  const fields = { target, endpoint, rolloutId, stage, step, by: actor.name, said: message ?? summary, route };
  if (GOES_BACK.has(stage)) log.warn(reason, fields);
  else log.info(reason, fields);
}

const GOES_BACK: ReadonlySet<Phase> = new Set<Phase>(['rollback', 'rollback_failed']);
