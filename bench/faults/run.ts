import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { judged, quantile, type Benchmark, type BenchmarkOptions } from '../benchmark.ts';
import { replaceTable } from '../gates/score/readme.ts';
import { markdownTable, plainTable } from '../gates/score/table.ts';
import { playOrchestration, RECOVERY as ORCHESTRATION_RECOVERY } from './orchestration/run.ts';
import { CELLS, type Cell } from './real/matrix.ts';
import { playReal, RECOVERY as REAL_RECOVERY } from './real/run.ts';
import type { CampaignRow, NotRun } from './row.ts';
import { summariesOf, tableOf } from './table.ts';

const REAL_MINUTES = 40;
const DOCS = join(import.meta.dirname, '../../docs/reliability.md');

interface Part {
  /** Its table's mark in the documentation. */
  readonly name: 'orchestration' | 'real';
  /** What recovery means in its rows. */
  readonly recovery: string;
  readonly rows: readonly CampaignRow[];
  readonly notRun: readonly NotRun[];
}

/** Breaks everything that can break, at every boundary, and looks whether anything was lost. */
export const run: Benchmark = async (options) => {
  const { seed = randomInt(1, 2 ** 31) } = options;
  const parts = await play({ ...options, seed });
  const rows = parts.flatMap((part) => part.rows);
  report(parts, options.only, seed);
  const isWhole = !options.quick && !options.only?.includes(':');
  if (isWhole) for (const part of parts) await document(part, seed);
  const must = rows.filter(({ mustFail }) => mustFail);
  const may = rows.filter(({ mustFail }) => !mustFail);
  const recovery = may.flatMap(({ recoveryMs }) => recoveryMs);
  const figures = {
    injected: sum(rows, ({ runs }) => runs),
    violations: sum(rows, ({ violations }) => violations),
    failed_requests: sum(may, ({ failedRequests }) => failedRequests),
    failed_requests_must: sum(must, ({ failedRequests }) => failedRequests),
    recovery_median_ms: quantile(recovery, 0.5),
    recovery_p99_ms: quantile(recovery, 0.99),
    seed,
  };
  return judged(figures, { violations: 0, failed_requests: 0 });
};

async function play({ quick, seed, only: wanted }: BenchmarkOptions & { seed: number }): Promise<Part[]> {
  const parts: Part[] = [];
  const { only, cells } = choiceOf(wanted);
  if (only === undefined || only === 'orchestration') {
    const played = await playOrchestration({ quick, seed, log: say });
    const missing = { what: 'the real parts', why: 'a stack takes longer than a quick run; --only real' };
    const notRun = only === undefined && quick ? [...played.notRun, missing] : played.notRun;
    parts.push({ ...played, notRun, name: 'orchestration', recovery: ORCHESTRATION_RECOVERY });
  }
  if (only === 'real' || (only === undefined && !quick)) {
    const played = await playReal({ quick, seed, minutes: REAL_MINUTES, say, ...(cells && { cells }) });
    parts.push({ ...played, name: 'real', recovery: REAL_RECOVERY });
  }
  return parts;
}

/** `orchestration`, `real`, or some cells of the latter: `real:model server: stop` are those whose name has that in it. */
function choiceOf(wanted: string | undefined): { only?: string; cells?: readonly Cell[] } {
  const [, only, part] = /^(\w+)(?::(.*))?$/.exec(wanted ?? '') ?? [];
  if (only === undefined) return {};
  if (part === undefined) return { only };
  const cells = CELLS.filter(({ component, fault }) => `${component}: ${fault}`.includes(part));
  if (cells.length === 0) throw new Error(`no cell of the campaign has '${part}' in its name, as in 'MLflow: kill -9'`);
  return { only, cells };
}

function report(parts: readonly Part[], only: string | undefined, seed: number): void {
  const rows = parts.flatMap((part) => part.rows);
  say(`\n${plainTable(tableOf(rows))}`);
  for (const { name, recovery } of parts) say(`  ${name}: ${recovery}`);
  const broken = rows.flatMap(({ notes = [], component, fault }) =>
    notes.map((note) => `${component}, ${fault}: ${note}`),
  );
  if (broken.length > 0) say(`\n  notes:\n${list(broken)}`);
  const notRun = parts.flatMap((part) => part.notRun);
  say(`\n  not run:\n${list(notRun.map(({ what, why }) => `${what}: ${why}`))}`);
  const chosen = only === undefined ? '' : ` --only "${only}"`;
  say(`\n  again with: npm run bench -- faults${chosen} --seed ${seed}`);
}

/** The last whole run stands in the documentation; of real parts, one on each engine. */
async function document({ name, rows, recovery, notRun }: Part, seed: number): Promise<void> {
  const onPostgres = process.env['SLIPWAY_ENGINE'] === 'postgres';
  if (onPostgres && name === 'orchestration') return;
  const engine = onPostgres ? ' --engine postgres' : '';
  const command = `\`npm run bench -- faults --only ${name}${engine} --seed ${seed}\``;
  const tables = summariesOf(rows).map(markdownTable).join('\n');
  const missing = [...Map.groupBy(notRun, ({ why }) => why)]
    .map(([why, left]) => `- Not run, since ${why}: ${left.map(({ what }) => what).join('; ')}`)
    .join('\n');
  await replaceTable(
    DOCS,
    `${command}; ${recovery}.\n\n${tables}\n${missing}\n`,
    onPostgres ? `${name}-postgres` : name,
  );
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}`).join('\n');
}

function sum(rows: readonly CampaignRow[], of: (row: CampaignRow) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
