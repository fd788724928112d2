import type { PhaseResult } from './phase.ts';

const COLUMNS: readonly (readonly [title: string, of: (phase: PhaseResult) => string])[] = [
  ['', ({ name }) => name],
  ['rollouts', ({ rollouts }) => String(rollouts)],
  ['req/s each', ({ requestsPerSecond }) => String(requestsPerSecond)],
  ['canary p50/p99 s', ({ canaryP50, canaryP99 }) => `${short(canaryP50)} / ${short(canaryP99)}`],
  ['soak p50/p99 s', ({ soakP50, soakP99 }) => `${short(soakP50)} / ${short(soakP99)}`],
  ['worker CPU', ({ workerCpu }) => short(workerCpu)],
  ['Temporal CPU', ({ temporalCpu }) => short(temporalCpu)],
  ['PostgreSQL CPU', ({ postgresCpu }) => short(postgresCpu)],
  ['worker MB', ({ workerRss }) => String(Math.round(workerRss))],
  ['queries/s', ({ queriesPerSecond }) => short(queriesPerSecond)],
  ['per gate and minute', ({ queriesPerGateMinute }) => short(queriesPerGateMinute)],
  ['batches/s', ({ batchesPerSecond }) => short(batchesPerSecond)],
];

/** One row a phase, as Markdown, which documents and terminals both show. */
export function phaseTable(phases: readonly PhaseResult[]): string {
  const cells = phases.map((phase) => COLUMNS.map(([, of]) => of(phase)));
  const widths = COLUMNS.map(([title], i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(COLUMNS.map(([title]) => title)), rule, ...cells.map(line)].join('\n');
}

/** Two digits that matter are enough for people. */
function short(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
