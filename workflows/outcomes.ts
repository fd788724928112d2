import { ActivityFailure, condition, isCancellation, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { Mutable } from '../domain/mutable.ts';
import type { CarriedPulls, PullInput, PullPlan, PullStatus } from '../domain/outcome-pull.ts';
import { afterPull, pullAlerts } from '../domain/pull-alert.ts';
import type { PullAnswer } from '../activities/outcomes.ts';
import { goOn, mustContinueAsNew } from './long-run.ts';
import { askedSignal, ATTRIBUTES, pullStatusQuery } from './messages.ts';
import { watching } from './proxies.ts';
import { sendUnsent } from './send-unsent.ts';

const NOTHING_YET: CarriedPulls = { pulls: 0, last: null, failed: null, unsent: [] };

/**
 * Reads what became of an endpoint's predictions from a database of somebody else's, at set times, for as long as a
 * specification asks for it, over any number of runs.
 *
 * Apart from `monitor` and `rollout`, since gates need labels before the first promotion, and between rollouts too.
 */
export async function outcomes(given: PullInput): Promise<{ readonly pulls: number }> {
  let input = given;
  let isChanged = false;
  const now: Mutable<CarriedPulls> = { ...(input.carried ?? NOTHING_YET) };
  setHandler(pullStatusQuery, () => statusOf(input, now), { description: 'How the reading of outcomes goes.' });
  setHandler(
    askedSignal,
    (asked) => {
      const { carried: _, ...before } = input;
      if (JSON.stringify(before) === JSON.stringify(asked)) return;
      if (asked.model !== input.model) upsertSearchAttributes([{ key: ATTRIBUTES.model, value: asked.model }]);
      [input, isChanged] = [asked, true];
    },
    { description: 'What a specification asks for from now on.' },
  );
  for (let rounds = 0; input.plan !== null; rounds += 1) {
    if (mustContinueAsNew(rounds)) await goOn<PullInput>({ ...input, carried: now });
    isChanged = false;
    const isMore = await round(input, input.plan, now);
    if (!isMore) await condition(() => isChanged, input.plan?.everyMs ?? 0, { summary: 'until the next pull' });
  }
  await close(input, now);
  return { pulls: now.pulls };
}

/** One pull, and the news of it. @returns whether there is more to read at once */
async function round(input: PullInput, plan: PullPlan, now: Mutable<CarriedPulls>): Promise<boolean> {
  const answer = await pull(input, plan);
  const at = new Date().toISOString();
  now.pulls += 1;
  if ('pulled' in answer) now.last = { at, pulled: answer.pulled };
  const before = now.failed;
  now.failed = afterPull(before, 'error' in answer ? answer.error : null, at);
  const alerts = pullAlerts(input, { before, now: now.failed, at });
  now.unsent = [...now.unsent, ...input.receivers.flatMap((to) => alerts.map((alert) => ({ alert, to, at })))];
  await sendUnsent(now, input.receivers);
  return 'pulled' in answer && answer.pulled.more;
}

async function pull({ target, endpoint }: PullInput, plan: PullPlan): Promise<PullAnswer> {
  try {
    return await watching.pullOutcomes.executeWithOptions(
      { summary: `read from ${plan.connectionEnv}`, startToCloseTimeout: '30m', scheduleToCloseTimeout: '1h' },
      [{ target, endpoint, plan }],
    );
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return { error: error.cause?.message ?? error.message };
  }
}

/** Whoever was told of failures is told that nothing is read any more. */
async function close(input: PullInput, now: Mutable<CarriedPulls>): Promise<void> {
  const at = new Date().toISOString();
  const alerts = pullAlerts(input, { before: now.failed, now: null, at });
  now.failed = null;
  now.unsent = [...now.unsent, ...input.receivers.flatMap((to) => alerts.map((alert) => ({ alert, to, at })))];
  await sendUnsent(now, input.receivers);
}

function statusOf({ target, endpoint, plan }: PullInput, { unsent, ...now }: CarriedPulls): PullStatus {
  return { target, endpoint, everyMs: plan?.everyMs ?? null, ...now, unsent: unsent.length };
}
