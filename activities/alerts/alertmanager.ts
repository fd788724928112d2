import type { Alert } from '../../domain/alert.ts';
import type { AlertPorts } from './message.ts';
import { postJson } from './post.ts';

/** Alertmanager takes for over what nobody repeats, after five minutes; an incident lasts until it is told to be over. */
const OPEN_MS = 7 * 24 * 3_600_000;

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Tells an Alertmanager by its API v2. */
export function toAlertmanager(ports: AlertPorts, url: string, alert: Alert): Promise<string> {
  const now = new Date(ports.clock());
  return postJson(ports, `${url.replace(/\/+$/, '')}/api/v2/alerts`, JSON.stringify([alertmanagerAlert(alert, now)]));
}

/** A `postableAlert`; Alertmanager knows an incident by all of its labels, so those of its end are those of its beginning. */
export function alertmanagerAlert(alert: Alert, now: Date) {
  const { name, severity, target, endpoint, model, key, rolloutId, summary, action, link, details = {} } = alert;
  const notes = Object.entries(details).filter(([label]) => LABEL.test(label));
  return {
    labels: {
      ...{ alertname: name, severity, target, endpoint, incident: key },
      ...(model !== null && { model }),
    },
    annotations: {
      ...Object.fromEntries(notes.map(([label, value]) => [label, String(value)])),
      ...(rolloutId !== null && { rollout: rolloutId }),
      summary,
      description: action,
    },
    startsAt: alert.startsAt,
    endsAt: alert.endsAt ?? new Date(now.getTime() + OPEN_MS).toISOString(),
    ...(link !== null && { generatorURL: link }),
  };
}
