import type { Client } from '@temporalio/client';
import type { MonitorsPort } from '../activities/monitor/ports.ts';
import { monitorWorkflowId } from '../domain/ids.ts';
import { monitorOptions, promotedSignal } from '../workflows/messages.ts';
import { brokenPlaces, ifRunning, isBroken, placesWhere, soon, type LastRun } from './ended-runs.ts';

const MONITOR = { type: 'monitor', idOf: monitorWorkflowId };

/** The workflows `monitor` as activities start and tell them. */
export function createMonitorsPort(client: Client): MonitorsPort {
  return {
    async promoted({ target, endpoint }, start) {
      const options = { ...monitorOptions(target, endpoint, 'slipway'), signal: promotedSignal };
      if (start) await soon(client, () => client.workflow.signalWithStart('monitor', options));
      else await ifRunning(soon(client, () => client.workflow.getHandle(options.workflowId).signal(promotedSignal)));
    },

    async unwatched(promoted) {
      const broken = await brokenPlaces(client, MONITOR);
      const idOf = ({ target, endpoint }: (typeof broken)[number]) => monitorWorkflowId(target, endpoint);
      const forced = broken.map((place) => ({ ...place, promotedAt: null }));
      const places = new Map([...forced, ...promoted].map((place) => [idOf(place), place]));
      return placesWhere(
        client,
        MONITOR,
        [...places.values()],
        (run, { promotedAt }) => run.status === null || isBroken(run) || endedBefore(run, promotedAt),
      );
    },
  };
}

/** Whether a watch was over when a version was promoted that it should have heard of. @param promotedAt ISO 8601 */
function endedBefore({ status, closedAt }: LastRun, promotedAt: string | null): boolean {
  if (promotedAt === null || closedAt === null || (status !== 'COMPLETED' && status !== 'CANCELLED')) return false;
  return closedAt < Date.parse(promotedAt);
}
