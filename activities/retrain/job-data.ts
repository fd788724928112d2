import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { TrainModel } from './job.ts';
import { writeLabelled, type Labelled } from './labelled.ts';

/** The labelled predictions that a job is given. */
export interface GivenData extends Labelled {
  readonly file: string;
}

/** The keeper of a job removes it with the job's end; see `job-folder.ts`. */
export const DATA_FILE = 'labelled.jsonl';

/** What stays behind of it: how much it was, and of when. */
const NOTE = 'labelled.json';

/** Puts the labelled predictions that a plan asks for into a job's folder; `null` where it asks for none. @throws StoreUnreachable */
export async function giveData(
  pool: Pool,
  { target, endpoint, plan: { data } }: TrainModel,
  { folder, ...now }: { readonly folder: string; readonly now: number; readonly signal: AbortSignal },
): Promise<GivenData | null> {
  if (!data) return null;
  await mkdir(folder, { recursive: true });
  const file = join(folder, DATA_FILE);
  const labelled = await writeLabelled(pool, { target, endpoint, ...data }, { file, ...now });
  await writeFile(join(folder, NOTE), JSON.stringify(labelled));
  return { ...labelled, file };
}

/** Removes what a job was given: neither retention nor a user's wish to be forgotten reaches a copy. */
export async function takeDataAway(folder: string): Promise<void> {
  for (const name of [DATA_FILE, `${DATA_FILE}.part`]) await rm(join(folder, name), { force: true });
}

/** What a job of any attempt was given; `null` for nothing. */
export async function recallGiven(folder: string): Promise<Labelled | null> {
  try {
    return JSON.parse(await readFile(join(folder, NOTE), 'utf8')) as Labelled;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
