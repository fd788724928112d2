import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackFault } from '../part.ts';
import type { PostgresUser } from './postgres-user.ts';

/** Makes the data folder if there is none; under another name first, so that an interrupted try leaves nothing behind. */
export async function ensureCluster(bin: string, data: string, user: PostgresUser, password: string): Promise<void> {
  if (await stat(join(data, 'PG_VERSION')).catch(() => null)) return;
  const draft = `${data}.new`;
  const passwordFile = `${data}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700, recursive: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.owner) for (const path of [draft, passwordFile]) await chown(path, user.owner.uid, user.owner.gid);
  const {
    file,
    args,
    user: runAs,
  } = user.run(join(bin, 'initdb'), [
    ...[`--pgdata=${draft}`, '--username=postgres', `--pwfile=${passwordFile}`],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'],
  ]);
  try {
    await promisify(execFile)(file, args, { cwd: '/', ...runAs });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? String(error);
    throw new StackFault(`PostgreSQL's data folder ${data} could not be made: ${said}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, data);
}
