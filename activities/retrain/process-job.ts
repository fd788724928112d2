import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../../domain/duration.ts';
import type { CommandJob, ProjectJob } from '../../domain/retrain.ts';
import { slipwayHome } from '../../spec/home.ts';
import type { Deps } from '../deps.ts';
import { failure } from '../failures.ts';
import { claimJob } from './claim.ts';
import type { Attendance, JobDone, TrainModel } from './job.ts';
import { readTail } from './job-log.ts';
import { findJob, startJob } from './job-folder.ts';
import { giveData, recallGiven, takeDataAway } from './job-data.ts';
import { endGroup } from './process-group.ts';
import { removeOldJobs } from './old-jobs.ts';
import { programOf, type Program } from './program.ts';

const POLL_MS = 250;
/** What a job gets to put its things in order. */
const GRACE_MS = 10_000;
/** A job that was lost with its machine is begun once more, not for ever. */
const MOST_STARTS = 2;

/**
 * Runs a program to its end, or goes on waiting for it where an earlier worker began it.
 *
 * It is ended only with the retraining: a worker that stops leaves it to the next one on this machine.
 *
 * @throws failure `JobFailed` with the end of its log
 */
export async function runProcessJob(
  { pool, env, clock }: Pick<Deps, 'pool' | 'env' | 'clock'>,
  request: TrainModel,
  job: CommandJob | ProjectJob,
  { signal, before, show }: Attendance,
): Promise<JobDone> {
  const { retrainId, plan } = request;
  const root = join(slipwayHome(env), 'retrain');
  const folder = join(root, retrainId);
  const log = join(folder, 'job.log');
  const failed = async (how: string) => failure('JobFailed', `the job ${how}\n${await lastWords(log)}`);
  let starts = before?.starts ?? 0;
  let found = await findJob(folder);
  if (found.kind === 'none' || found.kind === 'lost') {
    if (starts >= MOST_STARTS) {
      await takeDataAway(folder);
      throw await failed(`was begun ${starts} times and lost each time`);
    }
    // A folder that cannot be removed now is tried again by the next job.
    await removeOldJobs(root, retrainId).catch(() => undefined);
    const data = await giveData(pool, request, { folder, now: clock(), signal });
    await begin(folder, () => programOf(job, { ...request, env, data }));
    show({ starts: ++starts, begun: clock(), state: 'started' });
    found = await findJob(folder);
  }
  const isOver = await claimJob(folder);
  const end = async (pid: number) => {
    await endGroup(pid, GRACE_MS);
    // Its keeper may have been killed with it.
    await takeDataAway(folder);
  };
  const since = found.kind === 'running' ? found.since : clock();
  for (; found.kind === 'running'; found = await findJob(folder)) {
    const { pid } = found;
    const took = clock() - since;
    show({ starts, begun: since, state: `process ${pid} runs for ${formatDuration(took)} and writes ${log}` });
    if (took > plan.timeoutMs) {
      await end(pid);
      throw await failed(`did not end within ${formatDuration(plan.timeoutMs)} (retrain.timeout)`);
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) continue;
    if (await isOver()) await end(pid);
    throw signal.reason;
  }
  if (found.kind !== 'ended') {
    await takeDataAway(folder);
    throw await failed('was killed');
  }
  if (found.code !== 0) throw await failed(`ended with code ${found.code}`);
  const given = await recallGiven(folder);
  const on = given ? ` on ${given.rows} labelled predictions` : '';
  return { summary: `the job ended after ${formatDuration(clock() - since)}${on}`, log };
}

async function begin(folder: string, program: () => Promise<Program>): Promise<void> {
  try {
    const ready = await program();
    await startJob(folder, ready).catch((error: unknown) => {
      throw failure('JobFailed', `the job cannot be started: ${String(error)}`, { cause: error });
    });
  } catch (error) {
    await takeDataAway(folder);
    throw error;
  }
}

async function lastWords(log: string): Promise<string> {
  const tail = await readTail(log);
  return tail === '' ? `it wrote nothing to ${log}` : `its log, ${log}, ends with:\n${tail}`;
}
