import { createHmac } from 'node:crypto';
import type { PinnedVersion } from '../domain/model-version.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { REASONS, type Reason } from '../domain/reasons.ts';
import type { Deps } from './deps.ts';
import { failure } from './failures.ts';

/** What a webhook is told. */
export interface Notice {
  readonly event: Outcome | 'rollback_failed' | 'cleanup_failed' | 'evidence_lost' | 'evidence_back';
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

export interface Notify extends Notice {
  readonly facts: NoticeFacts;
}

/** Tells people and programs outside. A notice that does not get through never holds up traffic. */
export function createNotifyActivities(deps: Deps) {
  return {
    async notify({ facts, ...notice }: Notify): Promise<void> {
      await sendNotices(deps, facts, notice);
    },
  };
}

/**
 * Posts a notice to every webhook of the plan.
 *
 * With a secret, `x-slipway-signature` is `sha256=` and the hex HMAC-SHA256 of `<x-slipway-timestamp>.<body>`; the delivery
 * id repeats when a post is tried again, so that a receiver can tell.
 */
export async function sendNotices({ fetch, env, clock }: Deps, facts: NoticeFacts, notice: Notice): Promise<void> {
  const { plan, rolloutId, candidate, snapshot } = facts;
  const { occasion, ...told } = notice;
  const delivery = [rolloutId, notice.event, ...(occasion === undefined ? [] : [occasion])].join(':');
  const body = JSON.stringify({
    ...told,
    message: REASONS[notice.reason],
    rolloutId,
    target: plan.target,
    endpoint: plan.endpoint,
    model: plan.model,
    candidate: candidate.key,
    stable: snapshot.stable?.key ?? null,
  });
  const failed: string[] = [];
  for (const { webhook, secretEnv } of plan.notify) {
    const timestamp = String(Math.floor(clock() / 1_000));
    const secret = secretEnv && env[secretEnv];
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-slipway-delivery': delivery,
      'x-slipway-timestamp': timestamp,
    };
    if (secret)
      headers['x-slipway-signature'] =
        `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
    const problem = await post(fetch, webhook, headers, body);
    if (problem) failed.push(`${new URL(webhook).host}: ${problem}`);
  }
  if (failed.length > 0) throw failure('Unreachable', `webhook not delivered: ${failed.join('; ')}`);
}

async function post(
  fetch: Deps['fetch'],
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(10_000),
      redirect: 'error',
    });
    await answer.body?.cancel();
    return answer.ok ? null : `HTTP ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
