import { formatDuration } from '../../domain/duration.ts';
import type { RetrainSighting } from '../retraining/look.ts';

/** How a retraining stands, in one line. */
export function retrainLine({ state, status, failure }: RetrainSighting): string {
  if (!status) return state === 'RUNNING' ? 'under way; no worker answers' : (failure ?? state.toLowerCase());
  const { phase, outcome, version, detail } = status;
  const said = outcome === 'failed' ? detail.split('\n', 1)[0] : detail;
  return [outcome ?? phase, version === null ? '' : `version ${version}`, said]
    .filter((part) => part !== '')
    .join('  ');
}

/** All that is known of it. */
export function renderRetraining(seen: RetrainSighting, now: number): string[] {
  const { status } = seen;
  const rows: [string, string | null | undefined][] = [
    ['', `${seen.workflowId}  ${retrainLine(seen)}`],
    ['for', status && `${status.by ?? 'unknown'}${status.reason === null ? '' : `: ${status.reason}`}`],
    ['rollout', status?.rollout && `${status.rollout.workflowId}, run ${status.rollout.runId}`],
    ['log', status?.log],
    ['cool-down', coolDown(seen, now)],
    ['failed', seen.failure ?? (status?.outcome === 'failed' ? status.detail : null)],
  ];
  return rows.flatMap(([name, text]) => (text ? [name === '' ? text : `  ${name.padEnd(10)}${text}`] : []));
}

function coolDown({ status }: RetrainSighting, now: number): string | null {
  const left = status?.cooldownUntil ? Date.parse(status.cooldownUntil) - now : 0;
  return left > 0 ? `findings start no other one for ${formatDuration(left)}` : null;
}
