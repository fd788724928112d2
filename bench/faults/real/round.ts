import { setTimeout as delay } from 'node:timers/promises';
import type { RolloutClient } from '../../../client/rollout-client.ts';
import type { CampaignRow } from '../row.ts';
import { findings, type Places } from './check.ts';
import { askDoctor } from './doctor.ts';
import type { Clients } from './clients.ts';
import { load, type Scene } from './faults.ts';
import { allowedOutcomes, specOf, type Lane, type Pace } from './lanes.ts';
import { mustFail, type Cell } from './matrix.ts';
import { isClosed, type Look, type TemporalLooks } from './temporal-look.ts';
import { until } from './until.ts';

/** What a round works with. */
export interface Campaign extends Omit<Scene, 'endpoints'>, Places {
  readonly rollouts: RolloutClient;
  readonly looks: TemporalLooks;
  readonly clients: Clients;
  /** Uniform in [0, 1), seeded. */
  readonly random: () => number;
  readonly pace: Pace;
}

export interface Round {
  readonly cell: Cell;
  readonly rows: readonly CampaignRow[];
  /** From the end of the fault until the part was there again, in milliseconds. */
  readonly mendedMs: number;
  /** What serves on each lane afterwards; unknown where its rollout has not come to an end. */
  readonly serving: readonly ('stable' | 'candidate' | 'unknown')[];
}

const IN_PLACE_MS = 60_000;
const RECOVERY_MS = 90_000;
const END_MS = 180_000;
const LOOK_MS = 100;
/** So many answers, and a soak has judged some: one that is over when its worker is back has something to go by. */
const JUDGED = 75;

interface Running {
  readonly lane: Lane;
  readonly candidate: string;
  readonly firstRunId: string;
  before: Look;
}

/** One fault under three rollouts at once: one on its way forward, one being aborted, one in its soak. */
export async function playRound(campaign: Campaign, lanes: readonly Lane[], cell: Cell, ms: number): Promise<Round> {
  const { clients, random, rollouts } = campaign;
  const opened = Date.now();
  const onTaps = (cell.component === 'Envoy' || cell.component === 'capture') && /refused|garbage/.test(cell.fault);
  const scene = { ...campaign, endpoints: lanes.map(({ endpoint }) => endpoint) };
  const early = onTaps ? await load(scene, cell, ms) : null;
  const running = await Promise.all(lanes.map((lane) => begin(campaign, lane, cell, ms))).catch(
    async (error: unknown) => {
      await early?.mended();
      throw error;
    },
  );
  const loaded = early ?? (await load(scene, cell, ms));
  await delay(random() * campaign.pace.waitMs);

  for (const one of running) one.before = (await campaign.looks.look(one.lane.endpoint)) ?? one.before;
  const began = Date.now();
  for (const { lane } of running.filter(({ lane: { path } }) => path === 'rollback'))
    await rollouts.abort({ target: 'local', endpoint: lane.endpoint }, { by: 'campaign' });
  // The fault meets the way back at another moment each time.
  await delay(random() * 400);
  const over = await loaded.inflict();
  const mended = loaded.mended();
  const recoveries = running.map((one) => recovered(campaign, one, began, over).catch(asError));
  const broken: string[] = [];
  await mended.catch((error: unknown) => broken.push(`not mended: ${asError(error).message}`));
  const mendedMs = Date.now() - over;

  const endings = await Promise.all(
    running.map(async (one, index) => {
      const notes = [...broken];
      const note = (error: unknown) => void notes.push(asError(error).message);
      const recovery = await recoveries[index];
      if (recovery instanceof Error) note(recovery);
      return { one, notes, recovery, ending: await ended(campaign, one).catch(note) };
    }),
  );
  const doctor = askDoctor(campaign.stack, scene.endpoints);
  const results = await Promise.all(
    endings.map(async ({ one: { lane }, notes, recovery, ending }) => {
      const allowed = allowedOutcomes(cell, lane.path);
      if (ending && !allowed.some((outcome) => outcome === ending.outcome))
        notes.push(`ended ${ending.state} as ${ending.outcome ?? 'nothing'}`);
      const own = ending ? await findings(campaign, lane.endpoint) : [];
      const diagnosis = (await doctor).get(lane.endpoint) ?? [];
      if (ending) notes.push(...own, ...diagnosis);
      // Also those before the fault: nothing that Slipway does by itself may fail a request either.
      const failed = clients.failedSince(opened, lane.endpoint);
      const must = mustFail(cell, lane.path);
      const reasons = [...new Set(failed.map(({ why }) => why))].slice(0, 3).join('; ');
      if (!must && failed.length > 0) notes.push(`${failed.length} requests failed: ${reasons}`);
      const row: CampaignRow = {
        ...cell,
        path: lane.path,
        runs: 1,
        violations: notes.length,
        failedRequests: failed.length,
        mustFail: must,
        recoveryMs: typeof recovery === 'number' ? [recovery] : [],
        ...(notes.length > 0 && { notes }),
      };
      const serving = !ending?.outcome ? 'unknown' : ending.outcome === 'promoted' ? 'candidate' : 'stable';
      return { row, serving } as const;
    }),
  );
  return {
    cell,
    mendedMs,
    rows: results.map(({ row }) => row),
    serving: results.map(({ serving }) => serving),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Starts a lane's rollout and waits until it is where the fault is to meet it. */
async function begin(
  { rollouts, looks, clients, pace }: Campaign,
  lane: Lane,
  cell: Cell,
  ms: number,
): Promise<Running> {
  const requestId = `${lane.endpoint}-${Date.now()}`;
  const { runId } = await rollouts.start({
    spec: specOf(lane, cell, ms, pace),
    by: 'campaign',
    requestId,
    supersede: false,
  });
  let before: Look | null = null;
  const answers = () => clients.answers(lane.endpoint, before?.candidate ?? '');
  let earlier: number | null = null;
  await until(
    `the rollout of ${lane.endpoint} in its place`,
    async () => {
      before = await looks.look(lane.endpoint);
      if (before?.firstRunId !== runId) return false;
      if (isClosed(before)) return true;
      if (before.stage !== (lane.path === 'soak' ? 'soak' : 'canary')) return false;
      // The candidate's number has served before: only answers from now on count.
      earlier ??= answers();
      return answers() > earlier + (lane.path === 'soak' ? JUDGED : 0);
    },
    IN_PLACE_MS,
    LOOK_MS,
  );
  const seen = before as Look | null;
  if (!seen?.candidate || isClosed(seen))
    throw new Error(`the rollout of ${lane.endpoint} ended as ${seen?.outcome ?? 'nothing'} before the fault`);
  return { lane, candidate: seen.candidate, firstRunId: runId, before: seen };
}

/**
 * Milliseconds from the end of the fault until the rollout moved again (a history event, a heartbeat, or its end), or for an
 * aborted one until the candidate gave its last answer; and in either case until the last request that failed had failed.
 */
async function recovered(
  { looks, clients }: Campaign,
  { lane, candidate, before }: Running,
  began: number,
  over: number,
): Promise<number> {
  const base = (await looks.look(lane.endpoint)) ?? before;
  let moved = Date.now();
  await until(
    `the rollout of ${lane.endpoint} goes on`,
    async () => {
      const seen = await looks.look(lane.endpoint);
      moved = Date.now();
      return (
        seen !== null &&
        (isClosed(seen) || seen.runId !== base.runId || seen.events > base.events || seen.heartbeat > over)
      );
    },
    RECOVERY_MS,
    LOOK_MS,
  );
  if (lane.path === 'rollback') {
    await until(
      `the rollback of ${lane.endpoint}`,
      async () => {
        const seen = await looks.look(lane.endpoint);
        return seen !== null && isClosed(seen);
      },
      RECOVERY_MS,
      LOOK_MS,
    );
    moved = clients.lastAnswer(lane.endpoint, candidate);
  }
  const lastFailure = Math.max(0, ...clients.failedSince(began, lane.endpoint).map(({ ended: at }) => at));
  return Math.max(0, moved - over, lastFailure - over);
}

async function ended({ looks }: Campaign, { lane }: Running): Promise<Look> {
  let last: Look | null = null;
  await until(
    `the end of the rollout of ${lane.endpoint}`,
    async () => {
      last = await looks.look(lane.endpoint);
      return last !== null && isClosed(last);
    },
    END_MS,
    LOOK_MS,
  );
  return last as unknown as Look;
}
