import { Context } from '@temporalio/activity';
import { alertOf, closingAlerts, type Notice, type NoticeFacts } from '../../domain/notice.ts';
import { REASONS, type Reason } from '../../domain/reasons.ts';
import { keepsIncidents } from '../../domain/receivers.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { Deps } from '../deps.ts';
import { deliver } from './deliver.ts';
import { linkTo } from './link.ts';
import type { Message } from './message.ts';

/** Where a notice comes from: the run that it links to, and when that asked for it, in milliseconds since 1970. */
export interface NoticeOrigin {
  readonly runId: string | null;
  /** The endpoint's own where absent. */
  readonly workflowId?: string | undefined;
  readonly at: number;
}

/** The run of the activity that asks. */
export function originHere(): NoticeOrigin {
  const { workflowExecution, scheduledTimestampMs } = Context.current().info;
  return {
    runId: workflowExecution?.runId ?? null,
    workflowId: workflowExecution?.workflowId,
    at: scheduledTimestampMs,
  };
}

/**
 * Tells all receivers of the plan that do not have it yet.
 *
 * @param has places of those that have it; grows
 * @throws `Unreachable` failure that names whom it did not get to
 */
export function sendNotice(
  deps: Deps,
  facts: NoticeFacts,
  notice: Notice,
  origin: NoticeOrigin,
  has: Set<number>,
): Promise<void> {
  return deliver(deps, messageOf(deps, facts, notice, origin), facts.plan.notify, has);
}

/**
 * Tells those who keep a list of open incidents that what the ledger knows of a rollout is over with it; may be repeated.
 *
 * @throws `Unreachable` failure that names whom it did not get to
 */
export async function closeIncidents(
  deps: Deps,
  facts: NoticeFacts,
  noted: ReadonlySet<Reason>,
  origin: NoticeOrigin,
): Promise<void> {
  const receivers = facts.plan.notify.filter(keepsIncidents);
  const where = { link: linkOf(deps, facts, origin), at: new Date(origin.at).toISOString() };
  for (const alert of closingAlerts(facts, noted, where))
    await deliver(deps, { alert, delivery: `${alert.key}:closed`, body: alert }, receivers, new Set());
}

function linkOf(deps: Deps, { plan }: NoticeFacts, { runId }: NoticeOrigin): string | null {
  return linkTo(deps, rolloutWorkflowId(plan.target, plan.endpoint), runId);
}

function messageOf(deps: Deps, facts: NoticeFacts, notice: Notice, origin: NoticeOrigin): Message {
  const { plan, rolloutId, candidate, snapshot } = facts;
  const { occasion, ...told } = notice;
  const link = linkOf(deps, facts, origin);
  const { at } = origin;
  const alert = alertOf(facts, notice, { link, at: occasion ?? new Date(at).toISOString() });
  return {
    alert,
    delivery: [rolloutId, notice.event, ...(occasion === undefined ? [] : [occasion])].join(':'),
    // The form that webhooks have had from the first release on.
    body: {
      ...told,
      message: REASONS[notice.reason],
      rolloutId,
      target: plan.target,
      endpoint: plan.endpoint,
      model: plan.model,
      candidate: candidate.key,
      stable: snapshot.stable?.key ?? null,
      action: alert.action,
      link,
    },
  };
}
