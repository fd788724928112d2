import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { takeDataAway } from './job-data.ts';
import { findJob } from './job-folder.ts';

/** So many can still be read about; a job that writes models leaves gigabytes. */
export const KEPT_JOBS = 10;

const DAY_MS = 86_400_000;

/**
 * Removes the folders of an endpoint's oldest jobs, but for its newest ten, and from those what their jobs were given; never of a job that may still run.
 *
 * @param root where the folders lie, each named by its retraining: `<target>.<endpoint>.<run id>`
 * @param retrainId the retraining that is about to begin; its own folder is left alone
 */
export async function removeOldJobs(root: string, retrainId: string): Promise<void> {
  const ofEndpoint = retrainId.slice(0, retrainId.lastIndexOf('.') + 1);
  const names = await readdir(root).catch((): string[] => []);
  const others = names.filter((name) => name !== retrainId && name.startsWith(ofEndpoint));
  const folders = await Promise.all(
    others.map(async (name) => {
      const folder = join(root, name);
      return {
        folder,
        at: await stat(folder).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  for (const [place, { folder, at }] of folders.sort((a, b) => b.at - a.at).entries()) {
    if (!(await isOver(folder, at))) continue;
    await takeDataAway(folder);
    if (place >= KEPT_JOBS) await rm(folder, { recursive: true, force: true });
  }
}

/** A folder without a word of its job is one that is just being begun; a day later nobody begins it any more. */
async function isOver(folder: string, at: number): Promise<boolean> {
  const { kind } = await findJob(folder);
  return kind === 'ended' || kind === 'lost' || (kind === 'none' && Date.now() - at > DAY_MS);
}
