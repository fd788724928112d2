import type { Alert } from './alert.ts';
import { versionNumber } from './ids.ts';
import type { Incident } from './incident.ts';
import { MEMORY_GROWTH, type FindingKind, type MonitorPolicy } from './monitor.ts';
import type { Telling } from './monitor-state.ts';

/** What an alert says of the endpoint besides the incident. */
export interface AlertPlace {
  readonly target: string;
  readonly endpoint: string;
  readonly model: string;
  /** The rollout that was promoted last. */
  readonly rolloutId: string;
  readonly link: string | null;
  readonly policy: Readonly<Record<FindingKind, MonitorPolicy>>;
}

const NAMES: Readonly<Record<FindingKind, string>> = {
  drift: 'FeatureDrift',
  input_quality: 'InputQuality',
  quality: 'QualityLoss',
  errors: 'ErrorSpike',
  latency: 'LatencySpike',
  resources: 'ResourceUse',
  outliers: 'OutlierAnswers',
  silence: 'Silence',
};

const ENDINGS = {
  recovered: 'it is over',
  replaced: 'another version serves now',
  unwatched: 'the monitor was stopped',
} as const;

/**
 * What receivers are told of an incident.
 *
 * To them an alert has one severity from its beginning to its end, so an incident that gets worse is one alert more, and
 * its end is the end of each.
 */
export function alertsOf({ why, incident }: Telling, place: AlertPlace, at: string): Alert[] {
  const { target, endpoint, model, rolloutId, link } = place;
  const { id, kind, subject, features, version, openedAt, severity, toldAs, value, limit, acknowledged } = incident;
  const ending = why in ENDINGS ? ENDINGS[why as keyof typeof ENDINGS] : null;
  const name = `${target}/${endpoint}`;
  const serving = version === null ? model : `version ${versionNumber(version)} of ${model}`;
  const said = [incident.summary, ending, why === 'escalated' && 'nobody has acknowledged it', incident.response];
  return (ending === null ? [severity] : toldAs).map((as) => ({
    key: `${target}.${endpoint}:${id}:${openedAt}${as === toldAs[0] ? '' : `:${as}`}`,
    status: ending === null ? 'firing' : 'resolved',
    severity: as,
    name: kind === 'resources' && subject === MEMORY_GROWTH ? 'ResourceLeak' : NAMES[kind],
    ...{ target, endpoint, model, rolloutId, link },
    summary: `${name}: ${id}, ${serving}: ${said.filter(Boolean).join('; ')}`,
    action: ending === null ? actionOf(incident, name, place.policy[kind]) : 'Nothing is to be done.',
    startsAt: openedAt,
    endsAt: ending === null ? null : at,
    details: {
      id,
      kind,
      subject,
      ...(features && { features: features.join(', ') }),
      value,
      limit,
      acknowledgedBy: acknowledged?.by ?? null,
    },
  }));
}

/** What a person can do about an incident, with the commands; `name` is `prod-eu/digits`. */
export function actionOf({ id, response }: Incident, name: string, policy: MonitorPolicy): string {
  const look = `look with \`slipway monitor status ${name}\`, take it on with \`slipway ack ${name} ${id}\``;
  const back = `\`slipway rollback ${name} --reason ${id}\``;
  const how = policy === 'retrain' ? `slipway retrain ${name} --show` : `slipway get ${name} --watch`;
  if (response !== null) return `See how it goes with \`${how}\`; ${look}.`;
  if (policy === 'ask') return `Decide whether to go back: ${back} does; ${look}.`;
  return `${look.replace('look', 'Look')}; ${back} goes back to the version before.`;
}
