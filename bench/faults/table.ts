import { quantile } from '../benchmark.ts';
import type { Table } from '../gates/score/table.ts';
import type { CampaignRow } from './row.ts';

/** The campaign's rows for people, those of one part, fault and path in one line. */
export function tableOf(rows: readonly CampaignRow[]): Table {
  return [
    ['part', 'fault', 'path', ...FIGURES],
    ...linesOf(rows, ({ component, fault, path }) => [component, fault, path]),
    ['all', '', '', ...sumsOf(rows)],
  ];
}

/** The same in fewer lines: by part and fault, and by path. */
export function summariesOf(rows: readonly CampaignRow[]): Table[] {
  const all = sumsOf(rows);
  return [
    [
      ['part', 'fault', ...FIGURES],
      ...linesOf(rows, ({ component, fault }) => [component, fault]),
      ['all', '', ...all],
    ],
    [['path', 'where', ...FIGURES], ...linesOf(rows, ({ path, boundary = '' }) => [path, boundary])],
  ];
}

const FIGURES = ['injected', 'violations', 'failed requests', 'recovery median s', 'p99 s'];

function linesOf(rows: readonly CampaignRow[], name: (row: CampaignRow) => string[]): string[][] {
  const groups = Map.groupBy(rows, (row) => name(row).join('|'));
  return [...groups.values()]
    .map((group) => [...name(group[0] as CampaignRow), ...sumsOf(group)])
    .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

function sumsOf(rows: readonly CampaignRow[]): string[] {
  const sum = (of: (row: CampaignRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const failed = sum(({ failedRequests, mustFail }) => (mustFail ? 0 : failedRequests));
  const unavoidable = sum(({ failedRequests, mustFail }) => (mustFail ? failedRequests : 0));
  const recovery = rows.flatMap(({ recoveryMs }) => recoveryMs);
  return [
    String(sum(({ runs }) => runs)),
    String(sum(({ violations }) => violations)),
    rows.some(({ mustFail }) => mustFail) ? `${failed > 0 ? `${failed} + ` : ''}${unavoidable} (must)` : String(failed),
    seconds(quantile(recovery, 0.5)),
    seconds(quantile(recovery, 0.99)),
  ];
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? '-' : (ms / 1_000).toFixed(1);
}
