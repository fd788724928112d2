import { workflowInfo } from '@temporalio/workflow';
import { SYSTEM, WATCH_STEP } from '../../domain/ledger-entry.ts';
import type { Incident } from '../../domain/incident.ts';
import type { CarriedRecord, Halted, MonitorInput } from '../../domain/monitor-run.ts';
import type { Telling } from '../../domain/monitor-state.ts';
import type { Reason } from '../../domain/reasons.ts';
import { Journal } from '../journal.ts';

/**
 * The watch's own entries in the endpoint's ledger: what was found, what was done about it, and who had a hand in it.
 *
 * Nothing waits for PostgreSQL: what is not written yet goes along when the watch continues as new.
 */
export class WatchRecord {
  readonly #journal: Journal;

  constructor({ target, endpoint }: MonitorInput, { sequence, pending }: CarriedRecord = { sequence: 0, pending: [] }) {
    // One watch is one id over all its runs, and another than that of the watch before.
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const rolloutId = `${workflowId}.${firstExecutionRunId.slice(0, 8)}`;
    this.#journal = new Journal({ target, endpoint, rolloutId }, sequence, pending);
    if (pending.length > 0) this.#journal.write();
  }

  get carried(): CarriedRecord {
    return { sequence: this.#journal.sequence, pending: this.#journal.pending };
  }

  /** A person's hand on the watch. */
  byHand(reason: Reason, { by, reason: why, at }: Halted, about: Readonly<Record<string, unknown>> = {}): void {
    const actor = { name: by, proof: 'asserted' } as const;
    this.#note(reason, { actor, effectiveAt: at, detail: { ...about, ...(why && { message: why }) } });
  }

  /** What people are told of an incident, as far as it is its beginning or its end. @param at ISO 8601 */
  told({ why, incident }: Telling, at: string): void {
    const reason = TOLD[why];
    if (!reason) return;
    const { id, kind, subject, features, severity, version, value, limit, summary } = incident;
    const message = `${id}: ${summary}${ENDS[why] ?? ''}`;
    const detail = {
      message,
      incident: id,
      kind,
      subject,
      ...(features && { features }),
      severity,
      version,
      value,
      limit,
    };
    this.#note(reason, { actor: SYSTEM, effectiveAt: at, detail });
  }

  /** What was done about an incident, as a sentence. */
  answered({ id }: Incident, response: string, at: string): void {
    const detail = { message: `${id}: ${response}`, incident: id };
    this.#note('IncidentAnswered', { actor: SYSTEM, effectiveAt: at, detail });
  }

  /** Resolves once everything is in the ledger. */
  flushed(): Promise<void> {
    return this.#journal.flushed();
  }

  #note(reason: Reason, rest: Pick<Parameters<Journal['note']>[0], 'actor' | 'effectiveAt' | 'detail'>): void {
    this.#journal.note({ stage: 'done', step: WATCH_STEP, reason, ...rest });
    this.#journal.write();
  }
}

const TOLD: Readonly<Partial<Record<Telling['why'], Reason>>> = {
  opened: 'IncidentOpened',
  again: 'IncidentOpened',
  recovered: 'IncidentClosed',
  replaced: 'IncidentClosed',
  unwatched: 'IncidentClosed',
};

const ENDS: Readonly<Partial<Record<Telling['why'], string>>> = {
  again: '; it is back',
  recovered: '; it is over',
  replaced: '; another version serves now',
  unwatched: '; nobody watches any more',
};
