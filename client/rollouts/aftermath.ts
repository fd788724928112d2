import type { Client } from '@temporalio/client';
import { aftermathWorkflowId, type AftermathStatus } from '../../domain/aftermath.ts';
import { aftermathQuery } from '../../workflows/messages.ts';
import type { Close } from './sighting.ts';

/** How a version serves since it has its traffic back; `null` where none is watched, or nobody answers in time. */
export async function aftermathOf(
  client: Client,
  close: Close | null,
  limitMs: number,
): Promise<AftermathStatus | null> {
  const result = close?.kind === 'outcome' ? close.result : null;
  if (!result?.rolloutId || result.outcome === 'promoted') return null;
  const handle = client.workflow.getHandle(aftermathWorkflowId(result.rolloutId));
  return client.withDeadline(Date.now() + limitMs, () => handle.query(aftermathQuery)).catch(() => null);
}
