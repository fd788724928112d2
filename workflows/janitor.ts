import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { HouseReport } from '../activities/doctor.ts';
import type { Alert } from '../domain/alert.ts';
import { houseAlerts, type HouseMemory } from '../domain/house-alerts.ts';
import { alert } from './alert.ts';
import { housekeeping } from './proxies.ts';

/**
 * One round over every endpoint, started by a schedule: finds what was ended by force or set by a stranger, and starts
 * the workflow `rollback` where traffic has to move. It touches no route itself.
 *
 * What a second round still meets is told to people, by a workflow of its own: a receiver that is away holds up no round.
 */
export async function janitor(): Promise<HouseReport & { open: readonly Alert[] }> {
  const report = await housekeeping.keepHouse.executeWithOptions({ summary: 'look at every endpoint' }, []);
  const { lastResult, runId } = workflowInfo();
  const before = (lastResult as HouseMemory | null | undefined) ?? null;
  const { open, told } = houseAlerts(before, report.findings, new Date().toISOString());
  if (told.length > 0)
    await startChild(alert, {
      workflowId: `alert.janitor.${runId}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ alerts: told }],
      staticSummary: told.map(({ name, status }) => `${status}: ${name}`).join(', '),
    });
  return { ...report, open };
}
