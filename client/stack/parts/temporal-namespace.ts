import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { waitUntil } from '../wait-until.ts';

/** A closed rollout's history is kept this long; the ledger keeps what happened for good. */
const RETENTION = '30 days';

/** Longest time until a new namespace is known to all of the server. */
const KNOWN_MS = 60_000;

/** As gRPC numbers them. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

/** Creates the namespace where it is missing and waits until the server knows it; true when it did. */
export async function ensureNamespace(connection: Connection, namespace: string): Promise<boolean> {
  if (await hasNamespace(connection, namespace)) return false;
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      description: 'Rollouts of Slipway',
      workflowExecutionRetentionPeriod: msToTs(RETENTION),
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === ALREADY_EXISTS) return false;
    throw error;
  }
  await waitUntil(() => connection.operatorService.listSearchAttributes({ namespace }), KNOWN_MS);
  return true;
}

/** Whether the server has it. @throws when it does not answer */
export async function hasNamespace({ workflowService }: Connection, namespace: string): Promise<boolean> {
  try {
    await workflowService.describeNamespace({ namespace });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === NOT_FOUND) return false;
    throw error;
  }
}
