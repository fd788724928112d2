import type { Alert } from '../../domain/alert.ts';
import { secretOf, type AlertPorts } from './message.ts';
import { postJson } from './post.ts';

const COLOURS = { critical: '#c0392b', warning: '#e67e22', info: '#2980b9', resolved: '#27ae60' } as const;

/** Writes into a channel by its incoming webhook, whose address is a secret. */
export async function toSlack(ports: AlertPorts, urlEnv: string, alert: Alert): Promise<string> {
  const url = secretOf(ports.env, urlEnv);
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new Error(`${urlEnv} holds no http or https URL`);
  return postJson(ports, url, JSON.stringify(slackMessage(alert)));
}

/** A text, and one attachment in the form that Mattermost and others take too. */
export function slackMessage({ status, severity, name, summary, action, link, target, endpoint, startsAt }: Alert) {
  const over = status === 'resolved';
  const text = `${over ? 'Resolved: ' : ''}${escape(summary)}`;
  return {
    text,
    attachments: [
      {
        fallback: text,
        color: COLOURS[over ? 'resolved' : severity],
        title: `${name} on ${target}/${endpoint}${over ? ' is over' : ''}`,
        ...(link !== null && { title_link: link }),
        text: escape(action),
        footer: 'Slipway',
        ts: Math.floor(Date.parse(startsAt) / 1_000),
      },
    ],
  };
}

/** The three characters that Slack reads as markup; names and messages of errors may hold them. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
