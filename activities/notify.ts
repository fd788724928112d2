import { Context } from '@temporalio/activity';
import type { Alert } from '../domain/alert.ts';
import type { Notice, NoticeFacts } from '../domain/notice.ts';
import { testAlert, type NotifyInput } from '../domain/notify-test.ts';
import type { Delivery, Receiver } from '../domain/receivers.ts';
import { attempt, deliver } from './alerts/deliver.ts';
import { linkTo } from './alerts/link.ts';
import { closeIncidents, originHere, sendNotice } from './alerts/notices.ts';
import { remembered } from './alerts/remembered.ts';
import type { Deps } from './deps.ts';
import { readLedger } from './store/ledger.ts';

export interface Notify extends Notice {
  readonly facts: NoticeFacts;
}

export interface SendAlert {
  /** Without a link, it gets one to the run that asks. */
  readonly alert: Alert;
  /** `null`: the worker's own. */
  readonly receivers: readonly Receiver[] | null;
  /** Tells apart what is told more than once, whoever tries; the activity itself where absent. */
  readonly occasion?: string;
}

export interface TryReceivers {
  readonly input: NotifyInput;
  readonly status: Alert['status'];
}

/** A rollout that waits to close until people were told that something is left to do, waits so long at most. */
const PATIENCE_MS = 120_000;

/** Tells people and programs outside. What does not get through never holds up traffic. */
export function createNotifyActivities(deps: Deps) {
  return {
    /** Tells the receivers of a rollout's plan what happened to it. */
    async notify({ facts, ...notice }: Notify): Promise<void> {
      const patience = notice.event === 'rollback_failed' ? Infinity : PATIENCE_MS;
      await remembered((has) => sendNotice(deps, facts, notice, originHere(), has), patience);
    },

    /** Tells those who keep a list of open incidents that what a run may have left open there has ended with it. */
    async endIncidents({ facts }: { facts: NoticeFacts }): Promise<void> {
      const { plan, rolloutId } = facts;
      const noted = new Set((await readLedger(deps.pool, plan, { rolloutId })).map(({ reason }) => reason));
      await remembered(() => closeIncidents(deps, facts, noted, originHere()), PATIENCE_MS);
    },

    /** Tells receivers of an alert; a webhook gets it as it is, with `event: "alert"`. */
    async sendAlert({ alert: given, receivers, occasion }: SendAlert): Promise<void> {
      const { workflowExecution, activityId } = Context.current().info;
      const { workflowId = '', runId = '' } = workflowExecution ?? {};
      const alert = { ...given, link: given.link ?? linkTo(deps, workflowId, runId) };
      const delivery = [alert.key, alert.status, ...(occasion === undefined ? [runId, activityId] : [occasion])].join(
        ':',
      );
      const message = { alert, delivery, body: { event: 'alert', ...alert } };
      const told = receivers ?? (await ownReceivers(deps));
      await remembered((has) => deliver(deps, message, told, has));
    },

    /** Sends a test to receivers, or to the worker's own, once, and returns what came of each in the order given. */
    async tryReceivers({ input, status }: TryReceivers): Promise<Delivery[]> {
      const receivers = input.receivers ?? (await ownReceivers(deps));
      const { workflowExecution, scheduledTimestampMs } = Context.current().info;
      const { workflowId = '', runId: run = '' } = workflowExecution ?? {};
      const link = linkTo(deps, workflowId, run);
      const alert = testAlert(input, { status, run, link, at: new Date(scheduledTimestampMs).toISOString() });
      const message = { alert, delivery: [alert.key, status].join(':'), body: { event: 'alert', ...alert } };
      return Promise.all(receivers.map((to) => attempt(deps, message, to)));
    },
  };
}

async function ownReceivers({ receivers }: Deps): Promise<readonly Receiver[]> {
  return (await receivers?.()) ?? [];
}
