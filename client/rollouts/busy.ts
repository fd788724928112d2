import { Failure } from '../failure.ts';
import { formatDuration } from '../../domain/duration.ts';
import { percent } from '../../domain/render-details.ts';
import { phaseOf, type Sighting } from './sighting.ts';
import { shortPlace } from './place.ts';

/** The endpoint belongs to a running rollout: which, since when, and the three ways on. */
export function busyFailure(running: Sighting, now = Date.now()): Failure {
  const place = shortPlace(running);
  const lines = [
    `${running.target}/${running.endpoint} is busy: ${describeRunning(running, now)}`,
    `  look at it   slipway get ${place} --watch`,
    `  replace it   the same command with --supersede (it goes back first, or ends its soak)`,
    `  stop it      slipway abort ${place}`,
  ];
  return new Failure(lines.join('\n'), { code: 'busy' });
}

export function describeRunning(running: Sighting, now = Date.now()): string {
  const { attributes, status, startedAt, by } = running;
  const id = status?.rolloutId ?? running.workflowId;
  const version = status?.candidate ?? attributes.candidate;
  const weight = status?.desiredWeight ?? attributes.weight;
  const since = `since ${startedAt.slice(0, 16).replace('T', ' ')} UTC (${formatDuration(now - Date.parse(startedAt))})`;
  const at = weight ? ` at ${percent(weight)}` : '';
  return `${running.type} ${id}${version ? ` of ${version}` : ''} runs ${since}${by ? ` for ${by}` : ''}, now: ${phaseOf(running)}${at}`;
}
