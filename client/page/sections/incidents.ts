import { actionOf } from '../../../domain/incident-alert.ts';
import type { Incident } from '../../../domain/incident.ts';
import type { MonitorStatus } from '../../../domain/monitor-run.ts';
import type { MonitorSighting } from '../../monitors/monitors.ts';
import { shortPlace } from '../../rollouts/place.ts';
import { html, type Html, type Part } from '../html.ts';
import { facts, note, sentence, state } from '../parts.ts';
import { lasted, moment, spaced } from '../words.ts';
import { versionName } from '../../../domain/ids.ts';

/** What is wrong now, who has taken it on, and what a person can do. */
export function incidentsSection({ status }: MonitorSighting, at: string): Part {
  if (status === null) return note('No worker answered, so nobody knows of incidents.');
  const { incidents } = status;
  return incidents.length === 0 ? note('None is open.') : incidents.map((incident) => article(incident, status, at));
}

function article(incident: Incident, status: MonitorStatus, at: string): Html {
  const { id, kind, severity, openedAt, seenAt, acknowledged, escalations, response, summary, version } = incident;
  const policy = status.policy?.[kind] ?? 'notify';
  const taken = acknowledged
    ? html`by ${acknowledged.by} at
      ${moment(acknowledged.at)}${acknowledged.reason === '' ? null : `: ${acknowledged.reason}`}`
    : `by nobody yet${escalations > 0 ? `, told again ${escalations} ${escalations === 1 ? 'time' : 'times'}` : ''}`;
  return html`<article class="incident ${severity}">
    <h3>${state(severity === 'critical' ? 'bad' : 'warn', severity)} ${spaced(kind)}: ${id}</h3>
    <p>${summary}</p>
    ${facts([
      ['open for', html`${lasted(openedAt, at)}, last seen ${moment(seenAt)}`],
      ['version', version === null ? null : versionName(version)],
      ['taken on', taken],
      ['answer', response],
      ['what to do', sentence(actionOf(incident, shortPlace(status), policy))],
    ])}
  </article>`;
}
