import type { Deps } from '../deps.ts';

/** A run's page in the Web UI, the latest one's where none is named; `null` where the worker knows no Web UI. */
export function linkTo({ webUi }: Pick<Deps, 'webUi'>, workflowId: string, runId: string | null): string | null {
  return webUi ? `${webUi}/workflows/${workflowId}${runId ? `/${runId}` : ''}` : null;
}
