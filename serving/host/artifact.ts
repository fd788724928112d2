import type { EnsureVersion } from '../../domain/serving-contract.ts';
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isMissing } from './files.ts';
import { folderDigest } from './digest.ts';
import { GiveUp } from './give-up.ts';
import { Serial } from './serial.ts';

/** Brings the files of `models:/name/7` into an empty folder. Rejects with `GiveUp` where another try cannot help. */
export type Download = (source: string, folder: string, signal: AbortSignal) => Promise<void>;

/** The artifacts on this machine, one folder per version key, complete and verified or not there at all. */
export class ArtifactStore {
  readonly root: string;
  readonly #download: Download;
  // Two endpoints may ask for one version at once.
  readonly #turns = new Map<string, Serial>();

  constructor(root: string, download: Download) {
    this.root = root;
    this.#download = download;
  }

  folder(key: string): string {
    return join(this.root, key);
  }

  /** Downloads a version unless it is there, and compares its content with the digest that the caller was told. */
  async ensure(key: string, wanted: EnsureVersion, signal: AbortSignal): Promise<string> {
    return this.#turnOf(key).run(() => this.#ensure(key, wanted, signal));
  }

  /** Removes a version's files unless someone wants them by the time that their turn comes. */
  async remove(key: string, isWanted: () => boolean): Promise<void> {
    await this.#turnOf(key).run(async () => {
      if (!isWanted()) await rm(this.folder(key), { recursive: true, force: true });
    });
  }

  /** Removes what an earlier host left behind, half downloads among it. */
  async removeAllBut(keys: ReadonlySet<string>): Promise<void> {
    await mkdir(this.root, { recursive: true });
    const strays = (await readdir(this.root)).filter((name) => !keys.has(name));
    await Promise.all(strays.map((name) => rm(join(this.root, name), { recursive: true, force: true })));
  }

  #turnOf(key: string): Serial {
    const turn = this.#turns.get(key) ?? new Serial();
    this.#turns.set(key, turn);
    return turn;
  }

  async #ensure(key: string, wanted: EnsureVersion, signal: AbortSignal): Promise<string> {
    const folder = this.folder(key);
    if (await isFolder(folder)) return folder;
    const temporary = `${folder}.part`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      await this.#fetch(wanted.source, temporary, signal);
      const found = await folderDigest(temporary, signal);
      if (found !== wanted.digest)
        throw new GiveUp(`the content of ${wanted.source} is ${found}, not ${wanted.digest} as pinned`);
      await rename(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return folder;
  }

  async #fetch(source: string, folder: string, signal: AbortSignal): Promise<void> {
    if (source.startsWith('models:/')) return this.#download(source, folder, signal);
    const path = source.startsWith('file://') ? decodeURIComponent(new URL(source).pathname) : source;
    if (!isAbsolute(path))
      throw new GiveUp(`the source ${source} is neither models:/name/version nor an absolute path`);
    if (!(await isFolder(path))) throw new GiveUp(`there is no folder ${path}`);
    await cp(path, folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error) || isNoPath(error)) return false;
    throw error;
  }
}

/** A part of it is a file, it is too long, or it holds a zero byte: nothing that a later try could find. */
function isNoPath(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE';
}
