import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { endGroup } from '../../../activities/retrain/process-group.ts';
import { findJob, startJob } from '../../../activities/retrain/job-folder.ts';
import { KEPT_JOBS, removeOldJobs } from '../../../activities/retrain/old-jobs.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'slipway-jobs-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

test("of an endpoint's jobs that are over the newest are kept, and no other endpoint's is touched", async () => {
  for (let age = 1; age <= KEPT_JOBS + 3; age += 1) await ended(`local.digits.run-${age}`, age);
  await ended('local.digits-eu.run-1', 99);
  await removeOldJobs(root, 'local.digits.run-now');
  const left = await readdir(root);
  expect(left).toHaveLength(KEPT_JOBS + 1);
  for (const gone of [11, 12, 13]) expect(left).not.toContain(`local.digits.run-${gone}`);
  expect(left).toContain('local.digits-eu.run-1');
});

test('a job that runs keeps its folder however old it is, and so does one that is just being begun', async () => {
  for (let age = 1; age <= KEPT_JOBS; age += 1) await ended(`local.digits.run-${age}`, age / 1000);
  const running = join(root, 'local.digits.running');
  await startJob(running, { command: ['sleep', '600'], cwd: root, env: { PATH: process.env['PATH'] ?? '' } });
  const begun = join(root, 'local.digits.begun');
  await mkdir(begun);
  await writeFile(join(begun, 'labelled.jsonl'), 'x');
  // Not by its place among the newest: an hour ago, and ten ended since.
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(begun, anHourAgo, anHourAgo);
  await utimes(running, 0, 0);
  try {
    await ended('local.digits.own', 99);
    await removeOldJobs(root, 'local.digits.own');
    expect(await readdir(root)).toEqual(
      expect.arrayContaining(['local.digits.running', 'local.digits.begun', 'local.digits.own']),
    );
    expect(await readdir(begun)).toEqual(['labelled.jsonl']);
  } finally {
    const job = await findJob(running);
    if (job.kind === 'running') await endGroup(job.pid, 0);
  }
});

test('what a job was given is gone once it is over, however it ended, though its folder is kept', async () => {
  await ended('local.digits.ended', 1);
  const abandoned = join(root, 'local.digits.abandoned');
  await mkdir(abandoned);
  for (const folder of [join(root, 'local.digits.ended'), abandoned])
    for (const name of ['labelled.jsonl', 'labelled.jsonl.part', 'job.log']) await writeFile(join(folder, name), 'x');
  await utimes(abandoned, 0, 0);
  await removeOldJobs(root, 'local.digits.now');
  expect(await readdir(abandoned)).toEqual(['job.log']);
  expect((await readdir(join(root, 'local.digits.ended'))).sort()).toEqual(['exit', 'job.log', 'pid']);
});

test('where no job ever ran there is nothing to remove', async () => {
  await removeOldJobs(join(root, 'none'), 'local.digits.first');
});

async function ended(name: string, ageDays: number): Promise<void> {
  const folder = join(root, name);
  await mkdir(folder);
  // No process has this number, and so the job's end is known by its code alone.
  await writeFile(join(folder, 'pid'), '4194305');
  await writeFile(join(folder, 'exit'), '0');
  const at = new Date(Date.now() - ageDays * 86_400_000);
  await utimes(folder, at, at);
}
