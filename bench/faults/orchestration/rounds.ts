import { setTimeout as delay } from 'node:timers/promises';
import type { Arena } from './arena.ts';
import { bundled } from './bundled.ts';
import type { Case } from './cases.ts';
import type { Trace } from './check.ts';
import { ABORTED_BLIND, type Path } from './paths.ts';
import type { Play } from './play.ts';
import { judge, judgeAgain, snapshotOf, type Trial } from './trial.ts';
import { WorkerProcess, type Role } from './worker-process.ts';

/** How a path goes without a fault. */
export type Expected = (path: Path) => Trace | null;

/** Faults of single calls: one worker, several rollouts at once, each with as many faults as it has places for. */
export async function soft(arena: Arena, cases: readonly Case[], expected: Expected, atOnce: number): Promise<Trial[]> {
  const worker = await WorkerProcess.start(arena.place);
  const trials: Trial[] = [];
  const left = bundled(cases);
  const one = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const play = await arena.begin(next.path, ...next.faults);
      trials.push(...(await judge(arena, play, expected(next.path))));
      arena.forget(play);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, one));
  } finally {
    await worker.kill();
  }
  return trials;
}

/** kill -9: every rollout of the round stands at its point when the process dies. */
export async function kill(arena: Arena, cases: readonly Case[], expected: Expected): Promise<Trial[]> {
  const worker = await WorkerProcess.start(arena.place);
  const plays = await parked(arena, cases);
  await worker.kill();
  return recover(arena, plays, expected);
}

/** kill -9 once Temporal has the activities' answers, and before any rollout has taken one up. */
export async function killAfterRecord(arena: Arena, cases: readonly Case[], expected: Expected): Promise<Trial[]> {
  const { workflows, activities, plays } = await recordedButUnread(arena, cases);
  await Promise.all([workflows.kill(), activities.kill()]);
  return recover(arena, plays, expected);
}

/** SIGTERM: the process hands over what it can, the activities at their points included. */
export async function restart(arena: Arena, cases: readonly Case[], expected: Expected): Promise<Trial[]> {
  const worker = await WorkerProcess.start(arena.place);
  const plays = await parked(arena, cases);
  const ended = worker.end();
  for (const play of plays) play.release();
  await ended;
  return recover(arena, plays, expected);
}

/** SIGSTOP for longer than every time limit: another worker takes over, then the first one goes on where it stood. */
export async function stop(arena: Arena, cases: readonly Case[], expected: Expected): Promise<Trial[]> {
  const zombie = await WorkerProcess.start(arena.place);
  const plays = await parked(arena, cases);
  return outlive(arena, [zombie], plays, expected);
}

/**
 * As {@link stop}, but only of the process that moves traffic: the rest goes on. Much faster, since a process that stands
 * still keeps its polls, and each of them swallows a task for as long as that one's time limit.
 */
export async function stopTraffic(arena: Arena, cases: readonly Case[], expected: Expected): Promise<Trial[]> {
  const [rest, zombie] = await Promise.all([
    WorkerProcess.start(arena.place, 'all but traffic'),
    WorkerProcess.start(arena.place, 'traffic'),
  ]);
  try {
    return await outlive(arena, [zombie], await parked(arena, cases), expected, 'traffic');
  } finally {
    await rest.kill();
  }
}

export async function stopAfterRecord(arena: Arena, cases: readonly Case[], expected: Expected): Promise<Trial[]> {
  const { workflows, activities, plays } = await recordedButUnread(arena, cases);
  await activities.kill();
  return outlive(arena, [workflows], plays, expected);
}

async function outlive(
  arena: Arena,
  zombies: readonly WorkerProcess[],
  plays: readonly Play[],
  expected: Expected,
  role: Role = 'all',
): Promise<Trial[]> {
  for (const zombie of zombies) zombie.freeze();
  faultEnds(plays);
  const worker = await WorkerProcess.start(arena.place, role);
  try {
    const trials = await judgeAll(arena, plays, expected);
    const before = plays.map(snapshotOf);
    for (const zombie of zombies) zombie.resume();
    // It ends once the late attempts in it have.
    await Promise.all(zombies.map((zombie) => zombie.end()));
    return trials.map((trial, at) => judgeAgain(trial, plays[at] as Play, before[at] ?? ''));
  } finally {
    await worker.kill();
    for (const play of plays) arena.forget(play);
  }
}

async function recover(arena: Arena, plays: readonly Play[], expected: Expected): Promise<Trial[]> {
  faultEnds(plays);
  const blind = plays.filter(({ path }) => path === ABORTED_BLIND);
  await Promise.all(blind.map((play) => arena.message(play, 'abort')));
  const worker = await WorkerProcess.start(arena.place);
  try {
    return await judgeAll(arena, plays, expected);
  } finally {
    await worker.kill();
    for (const play of plays) arena.forget(play);
  }
}

/** Longer than the longest way to a point on a busy machine. */
const PARK_LIMIT_MS = 90_000;

async function judgeAll(arena: Arena, plays: readonly Play[], expected: Expected): Promise<Trial[]> {
  return (await Promise.all(plays.map((play) => judge(arena, play, expected(play.path))))).flat();
}

/** All rollouts of the round, each at its point; one that does not come by is not waited for, and counts as not struck. */
async function parked(arena: Arena, cases: readonly Case[]): Promise<Play[]> {
  const plays = await Promise.all(cases.map((given) => arena.begin(given.path, given)));
  const late = new AbortController();
  const limit = delay(PARK_LIMIT_MS, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([limit, Promise.all(plays.map((play) => Promise.race([play.whenParked, arena.outcome(play)])))]);
  late.abort();
  return plays;
}

/** Activities whose answers Temporal has, while the process that should take them up stands still. */
async function recordedButUnread(arena: Arena, cases: readonly Case[]) {
  const [workflows, activities] = await Promise.all([
    WorkerProcess.start(arena.place, 'workflows'),
    WorkerProcess.start(arena.place, 'activities'),
  ]);
  const plays = await parked(arena, cases);
  workflows.freeze();
  for (const play of plays) play.release();
  for (const play of plays) while (play.parked && !(await arena.isRecorded(play, play.parked))) await delay(20);
  return { workflows, activities, plays };
}

function faultEnds(plays: readonly Play[]): void {
  for (const play of plays) {
    play.faultEnded();
    play.release();
  }
}
