import type { EndpointRecord } from './records.ts';
import { CannotRun } from './cannot-run.ts';
import { diskFull, isDiskFull } from './disk-full.ts';
import type { Reserve } from './reserve.ts';
import { sentence } from './log.ts';
import { join } from 'node:path';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { writeFileAtomic } from './files.ts';

const ENDING = '.json';

/** The host's wishes on disk, one file per endpoint. */
export class StateStore {
  readonly #folder: string;

  readonly #reserve: Reserve;

  constructor(folder: string, reserve: Reserve) {
    this.#folder = folder;
    this.#reserve = reserve;
  }

  async readAll(): Promise<EndpointRecord[]> {
    await mkdir(this.#folder, { recursive: true });
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(ENDING)).sort();
    return Promise.all(names.map((name) => this.#read(join(this.#folder, name))));
  }

  /**
   * Puts a record on disk, or leaves the one that is there as it is.
   *
   * @param urgent a way back: worth the space that was set aside. @throws Refused `unavailable` when the disk is full
   */
  async write(record: EndpointRecord, urgent = false): Promise<void> {
    const file = join(this.#folder, record.endpoint + ENDING);
    const write = () => writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
    try {
      await write().catch(async (error: unknown) => {
        if (!urgent || !isDiskFull(error)) throw error;
        await this.#reserve.release();
        await write();
      });
    } catch (error) {
      if (isDiskFull(error)) throw diskFull(`endpoint ${record.endpoint} stays as it was`, this.#folder);
      throw error;
    }
  }

  async #read(file: string): Promise<EndpointRecord> {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as EndpointRecord;
    } catch (error) {
      // Going on without it would program an endpoint without a route.
      throw new CannotRun(
        `the stored state ${file} cannot be read (${sentence(error)}); restore it, or remove it to forget the endpoint`,
      );
    }
  }
}
