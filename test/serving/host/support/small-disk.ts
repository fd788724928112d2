import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own at a folder, with so little space that a test can use it up. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  /** @param megabytes its size */
  constructor(folder: string, megabytes: number) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
    mkdirSync(folder, { recursive: true });
    const { status, stderr } = mount('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder);
    if (status !== 0) throw new Error(`no tmpfs at ${folder}: ${stderr}`);
  }

  /** Uses up all but `free` bytes. */
  async fill(free = 0): Promise<void> {
    await writeFile(this.#filler, '');
    for (const size of [1 << 20, 1 << 12]) for (let more = true; more;) more = await this.#grow(size);
    if (free > 0) spawnSync('truncate', ['-s', `-${free}`, this.#filler]);
  }

  /** Gives all of it back. */
  async empty(): Promise<void> {
    await rm(this.#filler, { force: true });
  }

  end(): void {
    mount('umount', '-l', this.folder);
  }

  async #grow(bytes: number): Promise<boolean> {
    return appendFile(this.#filler, Buffer.alloc(bytes)).then(
      () => true,
      () => false,
    );
  }
}

/** Why this machine cannot make one; `null` where it can. */
export function noSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-disk-'));
  try {
    new SmallDisk(folder, 1).end();
    return null;
  } catch (error) {
    return String(error);
  } finally {
    rmdirSync(folder);
  }
}

function mount(...[program, ...args]: [string, ...string[]]) {
  return spawnSync(program, args, { encoding: 'utf8' });
}
