import { isProblem, type Alert } from '../../domain/alert.ts';
import type { Receiver } from '../../domain/receivers.ts';
import { secretOf, type AlertPorts } from './message.ts';
import { postJson } from './post.ts';

/** The most characters that PagerDuty takes. */
const KEY_LIMIT = 255;
const SUMMARY_LIMIT = 1_024;

/** Tells a service of PagerDuty: of problems by events that page people, of news by change events, which do not. */
export function toPagerDuty(
  ports: AlertPorts,
  { pagerduty: { routingKeyEnv, url } }: Extract<Receiver, { pagerduty: object }>,
  alert: Alert,
): Promise<string> {
  const key = secretOf(ports.env, routingKeyEnv);
  const [path, event] = isProblem(alert)
    ? ['/v2/enqueue', pagerDutyEvent(alert)]
    : ['/v2/change/enqueue', pagerDutyChange(alert)];
  return postJson(ports, `${url.replace(/\/+$/, '')}${path}`, JSON.stringify({ routing_key: key, ...event }));
}

/** An event of the Events API v2 without its routing key. */
export function pagerDutyEvent(alert: Alert) {
  const { name, severity, status, target, model } = alert;
  return {
    event_action: status === 'firing' ? 'trigger' : 'resolve',
    dedup_key: alert.key.slice(0, KEY_LIMIT),
    client: 'Slipway',
    ...(alert.link !== null && { client_url: alert.link }),
    ...linksOf(alert),
    payload: { ...payloadOf(alert), severity, class: name, group: target, ...(model !== null && { component: model }) },
  };
}

/** A change event without its routing key. */
export function pagerDutyChange(alert: Alert) {
  return { payload: payloadOf(alert), ...linksOf(alert) };
}

function payloadOf({ summary, target, endpoint, startsAt, action, rolloutId, details }: Alert) {
  return {
    summary: summary.slice(0, SUMMARY_LIMIT),
    source: `${target}/${endpoint}`,
    timestamp: startsAt,
    custom_details: { ...details, action, ...(rolloutId !== null && { rollout: rolloutId }) },
  };
}

function linksOf({ link }: Alert) {
  return link === null ? {} : { links: [{ href: link, text: "Temporal's Web UI" }] };
}
