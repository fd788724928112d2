import type { Alert, Severity } from './alert.ts';
import { versionNumber } from './ids.ts';
import type { PinnedVersion } from './model-version.ts';
import type { Outcome } from './outcome.ts';
import type { RolloutPlan } from './plan.ts';
import { REASONS, type Reason } from './reasons.ts';

export type NoticeEvent =
  | Outcome
  | 'rollback_failed'
  | 'traffic_restored'
  | 'cleanup_failed'
  | 'evidence_lost'
  | 'evidence_back'
  | 'serves_worse';

/** What people are told of a rollout. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly reason: Reason;
  readonly detail: string;
  /** Tells apart what may happen more than once in a rollout: part of the delivery id. */
  readonly occasion?: string;
}

/** What a notice says of the rollout; a part of preflight's facts. */
export interface NoticeFacts {
  readonly rolloutId: string;
  readonly plan: Pick<RolloutPlan, 'target' | 'endpoint' | 'model' | 'notify'>;
  readonly candidate: Pick<PinnedVersion, 'key'>;
  readonly snapshot: { readonly stable: Pick<PinnedVersion, 'key'> | null };
}

interface Wording {
  readonly name: string;
  readonly severity: Severity;
  /** What the incident is known by within its rollout. */
  readonly incident: string;
  readonly over?: true;
  /** Goes on from "version 7 of digits ". */
  readonly what: string;
  /** What to do; `ENDPOINT` stands for the place. */
  readonly action: string;
}

const EVIDENCE = { name: 'EvidenceLost', severity: 'warning', incident: 'evidence' } as const;

const ROLLBACK = { name: 'RollbackFailed', severity: 'critical', incident: 'rollback' } as const;

const WORDINGS: Readonly<Record<NoticeEvent, Wording>> = {
  promoted: {
    ...{ name: 'Promoted', severity: 'info', incident: 'promoted' },
    what: 'was promoted and serves all traffic',
    action: 'Nothing is to be done; `slipway explain ENDPOINT` shows the evidence.',
  },
  rolled_back: {
    ...{ name: 'RolledBack', severity: 'info', incident: 'rolled_back' },
    what: 'was rolled back',
    action: 'Traffic is safe; see what was wrong with `slipway explain ENDPOINT` before a next try.',
  },
  aborted: {
    ...{ name: 'Aborted', severity: 'info', incident: 'aborted' },
    what: 'was stopped and undone',
    action: 'Traffic is safe; `slipway history ENDPOINT` says who stopped it and why.',
  },
  held: {
    ...{ name: 'Held', severity: 'info', incident: 'held' },
    what: 'is held, undecided',
    action: 'Traffic is safe; see what was missing with `slipway explain ENDPOINT`, then start the rollout again.',
  },
  rollback_failed: {
    ...ROLLBACK,
    what: 'could not be rolled back yet',
    action: 'See what is in the way with `slipway doctor ENDPOINT` and mend it; the rollback tries on by itself.',
  },
  traffic_restored: {
    ...ROLLBACK,
    over: true,
    what: 'needs no help with its rollback any more',
    action: 'Nothing is to be done; the rollout closes its books by itself.',
  },
  cleanup_failed: {
    ...{ name: 'CleanupFailed', severity: 'warning', incident: 'cleanup' },
    what: 'was taken back, but not all of it was put in order',
    action: 'Traffic is safe; see what is left with `slipway doctor ENDPOINT`, and have it mended with `--fix`.',
  },
  evidence_lost: {
    ...EVIDENCE,
    what: 'keeps its weight without being watched',
    action:
      'Have the evidence store answer again (`slipway status` names it), or stop the rollout with `slipway abort ENDPOINT`.',
  },
  evidence_back: {
    ...EVIDENCE,
    over: true,
    what: 'is watched again',
    action: 'Nothing is to be done; the rollout goes on by itself.',
  },
  serves_worse: {
    ...{ name: 'ServesWorse', severity: 'warning', incident: 'aftermath' },
    what: 'was taken back, and the one with its traffic is no better',
    action:
      'Look for what changed around the model, or put an earlier version on with `slipway rollback ENDPOINT --to VERSION`.',
  },
};

/** A notice as an alert; each event has a name, a severity and a sentence on what to do. @param at ISO 8601 */
export function alertOf(
  { rolloutId, plan, candidate }: NoticeFacts,
  { event, reason, detail }: Notice,
  { link, at }: { link: string | null; at: string },
): Alert {
  const { name, severity, incident, over, what, action } = WORDINGS[event];
  const { target, endpoint, model } = plan;
  const because = [REASONS[reason], ...(detail === '' ? [] : [detail])].join(': ');
  return {
    ...{ key: `${rolloutId}:${incident}`, status: over ? 'resolved' : 'firing', severity, name },
    ...{ target, endpoint, model, rolloutId },
    summary: `${target}/${endpoint}: version ${versionNumber(candidate.key)} of ${model} ${what}; ${because}`,
    action: action.replaceAll('ENDPOINT', `${target}/${endpoint}`),
    link,
    startsAt: at,
    endsAt: over ? at : null,
  };
}

/** What may still be open when a rollout ends, by what its ledger says. */
const ENDS_WITH_ROLLOUT: readonly { readonly noted: Reason; readonly event: NoticeEvent }[] = [
  { noted: 'RollbackFailed', event: 'rollback_failed' },
  { noted: 'EvidenceLost', event: 'evidence_lost' },
];

/** The ends of a rollout's incidents that end with it at the latest, for those who keep a list of what is open. */
export function closingAlerts(
  facts: NoticeFacts,
  noted: ReadonlySet<Reason>,
  where: { link: string | null; at: string },
): Alert[] {
  const { target, endpoint, model } = facts.plan;
  return ENDS_WITH_ROLLOUT.filter(({ noted: reason }) => noted.has(reason)).map(({ noted: reason, event }) => ({
    ...alertOf(facts, { event, reason, detail: '' }, where),
    status: 'resolved',
    summary: `${target}/${endpoint}: the rollout of version ${versionNumber(facts.candidate.key)} of ${model} has ended`,
    action: 'Nothing is to be done.',
    endsAt: where.at,
  }));
}
