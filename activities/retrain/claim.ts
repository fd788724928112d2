import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';

/**
 * Takes a job over for this attempt of the activity, and tells when asked whether the job is to be ended: the retraining was
 * cancelled, or is gone. An attempt that was only too slow is told it is gone too; by then the next one has claimed the job.
 */
export async function claimJob(folder: string): Promise<() => Promise<boolean>> {
  const file = join(folder, 'attempt');
  const context = Context.current();
  const mine = String(context.info.attempt);
  await writeFile(file, mine);
  return async () => {
    const { cancelRequested, notFound } = context.cancellationDetails ?? {};
    return cancelRequested === true || (notFound === true && (await readFile(file, 'utf8')) === mine);
  };
}
