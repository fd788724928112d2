import { columns } from './columns.ts';
import { formatDay } from './numbers.ts';
import { formatValue } from './units.ts';
import { formatDuration } from '../../domain/duration.ts';
import { paint } from '../terminal.ts';
import { versionNumber } from '../../domain/ids.ts';
import type { Measure } from '../../domain/monitor.ts';
import type { Incident } from '../../domain/incident.ts';
import type { MonitorSighting } from '../monitors/monitors.ts';

/** Share of a limit from which on a measure is worth a line. */
const NEAR = 0.5;

/** Every monitor in a line, with its open incidents below. */
export function renderMonitors(monitors: readonly MonitorSighting[], now: number): string {
  if (monitors.length === 0) return 'nothing is watched\n';
  return monitors.map((monitor) => renderMonitor(monitor, now)).join('');
}

/** What is watched, how it goes on, and what is wrong. */
export function renderMonitor(sighting: MonitorSighting, now: number): string {
  const { target, endpoint, state, status } = sighting;
  const name = `${target}/${endpoint}`;
  if (state !== 'RUNNING')
    return `${paint.warn('–')} ${name} is not watched: its monitor is ${state.toLowerCase().replace('_', ' ')}\n`;
  if (!status) return `${paint.warn('?')} ${name} is watched${sighting.paused ? ', paused' : ''}; no worker answered\n`;
  const { version, model, windowMs, windows, last, paused, incidents, measures = [], unsent } = status;
  const serving = version === null ? 'nothing serves yet' : `version ${versionNumber(version)} of ${model ?? ''}`;
  const every = windowMs === null ? '' : `, every ${formatDuration(windowMs)}`;
  const open = incidents.length === 0 ? paint.good('✓') : paint.bad('✗');
  const lines = [
    `${paused ? paint.warn('‖') : open} ${name}: ${serving}${every}, ${windows} windows, ${count(incidents.length)}`,
    paused && `  ${paint.warn('paused')} by ${paused.by} since ${formatDay(paused.at)}${because(paused.reason)}`,
    last && `  last window ${ago(last.at, now)}${last.unjudged === null ? '' : `, not judged: ${last.unjudged}`}`,
    nearest(measures),
    unsent > 0 && `  ${paint.warn(`${unsent} alerts did not get through yet`)}`,
    ...columns(incidents.map((incident) => row(incident, now))).map((line) => `  ${line}`),
  ];
  return `${lines.filter(Boolean).join('\n')}\n`;
}

function row({ id, severity, openedAt, acknowledged, summary, response }: Incident, now: number): string[] {
  const state = acknowledged ? `taken on by ${acknowledged.by}` : 'open';
  return [
    severity === 'critical' ? paint.bad(id) : paint.warn(id),
    severity,
    state,
    `for ${formatDuration(Math.max(now - Date.parse(openedAt), 1_000))}`,
    response === null ? summary : `${summary}; ${response}`,
  ];
}

/** What would be the next finding; nothing where nothing is near one. */
function nearest(measures: readonly Measure[]): string | false {
  const [first] = measures.toSorted((a, b) => b.value / b.limit - a.value / a.limit);
  if (!first || first.value < NEAR * first.limit) return false;
  const { kind, subject, value, limit, unit } = first;
  return `  nearest to its limit: ${subject} (${kind.replace('_', ' ')}), ${formatValue(value, unit)} of ${formatValue(limit, unit)}`;
}

function count(incidents: number): string {
  if (incidents === 0) return 'no incidents';
  return incidents === 1 ? '1 incident' : `${incidents} incidents`;
}

function ago(at: string, now: number): string {
  return `ended ${formatDuration(Math.max(now - Date.parse(at), 1_000))} ago`;
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}
