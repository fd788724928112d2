import type { CampaignRow, NotRun } from '../row.ts';
import { CALM, HURRIED } from './lanes.ts';
import { CELLS, COMPONENTS, FAULTS, senseless, type Cell } from './matrix.ts';
import { Rounds } from './rounds.ts';

/** As the matrix asks of a stop. */
const STOP_MS = 30_000;
const OTHER_MS = 10_000;
const QUICK_MS = 5_000;

export interface RealOptions {
  /** One fault instead of all. */
  readonly quick: boolean;
  readonly seed: number;
  /** No fault begins after so many minutes. */
  readonly minutes: number;
  /** Only these cells. */
  readonly cells?: readonly Cell[];
  readonly say?: (line: string) => void;
}

export interface RealResult {
  readonly rows: readonly CampaignRow[];
  readonly notRun: readonly NotRun[];
  /** Requests that clients sent in all. */
  readonly requests: number;
}

/** What {@link CampaignRow.recoveryMs} means in these rows. */
export const RECOVERY =
  'recovery: from the end of the fault (of a killed or restarted part: from its end) until the rollout moves again (an event ' +
  'in its history, a heartbeat, or its close), on the rollback path until the candidate has given its last answer; and in ' +
  'either case until the last request that failed had failed';

/** The whole matrix on a real stack under live traffic: every fault hits a rollout on each of three paths at once. */
export async function playReal({ quick, seed, minutes, cells, say }: RealOptions): Promise<RealResult> {
  const wanted = cells ?? (quick ? CELLS.slice(0, 1) : CELLS);
  const deadline = Date.now() + minutes * 60_000;
  const rows: CampaignRow[] = [];
  const notRun = COMPONENTS.flatMap((component) => FAULTS.map((fault) => ({ component, fault }))).flatMap(leftOut);
  const rounds = await Rounds.open(seed, quick ? HURRIED : CALM);
  try {
    for (const cell of wanted) {
      const what = `${cell.component}: ${cell.fault}`;
      if (Date.now() > deadline) {
        notRun.push({ what, why: `the ${minutes} minutes were over` });
        continue;
      }
      try {
        const round = await rounds.play(cell, quick ? QUICK_MS : cell.fault === 'stop' ? STOP_MS : OTHER_MS);
        rows.push(...round.rows);
        say?.(`${what}: ${summaryOf(round.rows)}`);
      } catch (error) {
        notRun.push({ what, why: error instanceof Error ? error.message : String(error) });
      }
    }
    return { rows, notRun, requests: rounds.requests };
  } finally {
    await rounds.close();
  }

  function leftOut(cell: Cell): NotRun[] {
    const why = senseless(cell) ?? (wanted.some((one) => isSame(one, cell)) ? null : 'not asked for');
    return why === null ? [] : [{ what: `${cell.component}: ${cell.fault}`, why }];
  }
}

/** The rows alone, as the campaign's frame takes them. */
export async function runReal(options: RealOptions): Promise<CampaignRow[]> {
  return [...(await playReal(options)).rows];
}

function isSame(a: Cell, b: Cell): boolean {
  return a.component === b.component && a.fault === b.fault;
}

function summaryOf(rows: readonly CampaignRow[]): string {
  return rows
    .map(({ path, violations, failedRequests, mustFail, recoveryMs: [ms] }) => {
      const failed =
        failedRequests === 0 ? '' : `, ${failedRequests} requests failed${mustFail ? ' as they must' : ''}`;
      const back = ms === undefined ? 'did not recover' : `back after ${(ms / 1_000).toFixed(1)} s`;
      return `${path} ${back}${violations === 0 ? '' : `, ${violations} VIOLATIONS`}${failed}`;
    })
    .join('; ');
}
