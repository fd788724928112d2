import { formatTime } from './numbers.ts';
import { paint } from '../terminal.ts';
import { phaseOf, type Sighting } from '../rollouts/sighting.ts';
import { shortPlace } from '../rollouts/place.ts';

/** What a person can do now, each as the command to type. */
export function nextActs(sighting: Sighting): string[] {
  const { status, attributes, type } = sighting;
  const place = shortPlace(sighting);
  const phase = phaseOf(sighting);
  if (phase === 'rollback_failed')
    return [
      paint.bad('traffic could not be put back yet; the tries go on by themselves'),
      `  why          slipway logs ${place}, slipway status`,
    ];
  if (status?.diagnosing) {
    const { version, until } = status.diagnosing;
    return [
      `${version} goes on getting copies of requests until ${formatTime(until)}`,
      `  end it         slipway abort ${place}, or start the next rollout`,
    ];
  }
  if (type === 'rollback' && status?.route && status.route.arms.length > 1)
    return [`going back in steps`, `  finish now     slipway abort ${place}`];
  if (type === 'drill' && phase !== 'rollback') return [`  stop it        slipway abort ${place}`];
  if (phase === 'rollback' || type !== 'rollout') return [paint.dim('going back; this cannot be stopped')];
  const paused = status?.paused ?? attributes.paused;
  const waits = status?.waitingFor;
  return [
    ...(waits ? [`  let it go on   slipway approve ${place} ${waits}`] : []),
    paused ? `  go on          slipway resume ${place}` : `  hold           slipway pause ${place}`,
    `  stop and undo  slipway abort ${place}`,
  ];
}
