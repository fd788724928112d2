import { versionNumber } from './ids.ts';
import type { MonitorStatus } from './monitor-run.ts';
import { formatDuration } from './duration.ts';

/** The panel that the Web UI shows for a monitor, in Markdown. */
export function renderMonitor(status: MonitorStatus): string {
  const { target, endpoint, model, version, windowMs, windows, since, last, paused, incidents } = status;
  const serving = version === null ? 'nothing serves' : `version ${versionNumber(version)} of ${model ?? ''} serves`;
  const rhythm = windowMs === null ? '' : `, judged every ${formatDuration(windowMs)}`;
  return [
    `**${target}/${endpoint}**: ${serving}${rhythm}. ${windows} windows since ${since}.`,
    paused ? `**Paused** by ${paused.by} at ${paused.at}. Go on: send the signal \`resume\`.` : '',
    last ? `Last window ended ${last.at}${last.unjudged === null ? '' : `, not judged: ${last.unjudged}`}.` : '',
    incidents.length === 0 ? 'No open incidents.' : 'Open incidents; take one on by the signal `ack` with its name:',
    incidents.map(({ id, severity, summary, acknowledged }) => {
      const by = acknowledged ? `, acknowledged by ${acknowledged.by}` : '';
      return `- **${id}** (${severity}${by}): ${summary}`;
    }),
  ]
    .flat()
    .filter(Boolean)
    .join('\n\n');
}
