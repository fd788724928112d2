import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeenRoute } from '../../domain/invariants.ts';
import type { Fence } from '../../domain/fence.ts';
import type { Route } from '../../domain/route.ts';

/** What a rollback without a workflow did, until it is written to the ledger. */
export interface UnrecordedRollback {
  readonly format: 1;
  readonly target: string;
  readonly endpoint: string;
  readonly rolloutId: string;
  readonly fence: Fence;
  readonly route: Route;
  readonly serving: string;
  /** What was in force before. */
  readonly before: SeenRoute;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** What was read back; `null` while it is only asked for. */
  readonly programmed: { readonly fence: Fence; readonly route: Route } | null;
}

/** Where a note lies until it is in the ledger, and afterwards. */
const [WAITING, DONE] = ['unrecorded', 'recorded'];

/** Writes a note under `SLIPWAY_HOME`, whole or not at all; the file. */
export async function writeUnrecorded(home: string, note: UnrecordedRollback): Promise<string> {
  const folder = join(home, WAITING);
  await mkdir(folder, { recursive: true });
  const file = join(folder, nameOf(note));
  await writeFile(`${file}.tmp`, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return file;
}

/** The notes of an endpoint that wait for the ledger, oldest first. */
export async function readUnrecorded(
  home: string,
  { target, endpoint }: { readonly target: string; readonly endpoint: string },
): Promise<UnrecordedRollback[]> {
  const folder = join(home, WAITING);
  const names = await readdir(folder).catch(() => []);
  const mine = names.filter((name) => name.startsWith(`${target}.${endpoint}.`) && name.endsWith('.json'));
  const notes = await Promise.all(
    mine.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as UnrecordedRollback),
  );
  return notes.sort((a, b) => a.fence.epoch - b.fence.epoch);
}

/** Puts a note aside that the ledger holds now. */
export async function setAside(home: string, note: UnrecordedRollback): Promise<void> {
  await mkdir(join(home, DONE), { recursive: true });
  await rename(join(home, WAITING, nameOf(note)), join(home, DONE, nameOf(note)));
}

/** Forgets a note of what the target refused. */
export async function dropUnrecorded(home: string, note: UnrecordedRollback): Promise<void> {
  await rm(join(home, WAITING, nameOf(note)), { force: true }).catch(() => undefined);
}

function nameOf({ rolloutId }: UnrecordedRollback): string {
  return `${rolloutId}.json`;
}
