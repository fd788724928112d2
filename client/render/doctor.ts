import { paint } from '../terminal.ts';
import { shortPlace } from '../rollouts/place.ts';
import type { DoctorReport, ReportedFinding } from '../doctor/report.ts';

/** What was done, what is off with its remedy, or that all is well; one paragraph a finding. */
export function renderDoctor({ endpoints, findings, repairs, failed }: DoctorReport): string {
  const count = `${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}`;
  const lines = repairs.map((repair) => `${paint.good('✓')} ${shortPlace(repair)}: ${repair.done}`);
  lines.push(...Object.entries(failed).map(([name, why]) => `${paint.warn('!')} ${name} was not mended: ${why}`));
  if (findings.length === 0)
    lines.push(`${paint.good('✓')} ${count}: route, proxy, traffic, registry and ledger agree`);
  else lines.push(...findings.map(paragraph), summary(count, findings.length));
  return `${lines.join('\n')}\n`;
}

function paragraph({ target, endpoint, code, message, remedy }: ReportedFinding): string {
  const place = target && endpoint ? `${shortPlace({ target, endpoint })}  ` : '';
  return `${paint.bad('✗')} ${place}${paint.dim(code)}\n  ${message}\n  → ${remedy}`;
}

function summary(endpoints: string, count: number): string {
  return `${count} ${count === 1 ? 'finding' : 'findings'} on ${endpoints}`;
}
