import { Context } from '@temporalio/activity';
import { alertOf, type Notice, type NoticeFacts } from '../../domain/notice.ts';
import { REASONS } from '../../domain/reasons.ts';
import { rolloutWorkflowId } from '../../domain/ids.ts';
import type { Deps } from '../deps.ts';
import { deliver } from './deliver.ts';
import type { Message } from './message.ts';

/** Where a notice comes from: the run that it links to, and when that asked for it, in milliseconds since 1970. */
export interface NoticeOrigin {
  readonly runId: string | null;
  readonly at: number;
}

/** The run of the activity that asks. */
export function originHere(): NoticeOrigin {
  const { workflowExecution, scheduledTimestampMs } = Context.current().info;
  return { runId: workflowExecution?.runId ?? null, at: scheduledTimestampMs };
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

function messageOf({ webUi }: Deps, facts: NoticeFacts, notice: Notice, { runId, at }: NoticeOrigin): Message {
  const { plan, rolloutId, candidate, snapshot } = facts;
  const { occasion, ...told } = notice;
  const place = rolloutWorkflowId(plan.target, plan.endpoint);
  const link = webUi ? `${webUi}/workflows/${place}${runId === null ? '' : `/${runId}`}` : null;
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
