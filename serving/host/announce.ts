import { join } from 'node:path';
import { readIfThere, writeFileAtomic } from './files.ts';
import { rm } from 'node:fs/promises';
import { startOf } from './process-table.ts';

/** How others find the host: the content of `host.json`. */
export interface Announcement {
  readonly url: string;
  readonly gateway: string;
  readonly pid: number;
  /** With the number it names the process beyond doubt: numbers are used again. */
  readonly startTime: string;
}

function fileIn(root: string): string {
  return join(root, 'host.json');
}

export async function announce(root: string, url: string, gateway: string): Promise<void> {
  const { pid } = process;
  const announcement: Announcement = { url, gateway, pid, startTime: (await startOf(pid)) ?? '' };
  await writeFileAtomic(fileIn(root), `${JSON.stringify(announcement, null, 2)}\n`);
}

/** What the last host of this folder said of itself; it may be gone. */
export async function readAnnouncement(root: string): Promise<Announcement | null> {
  const text = await readIfThere(fileIn(root));
  return text === null ? null : (JSON.parse(text) as Announcement);
}

export async function withdraw(root: string): Promise<void> {
  await rm(fileIn(root), { force: true });
}
