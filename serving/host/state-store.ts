import type { EndpointRecord } from './records.ts';
import { CannotRun } from './cannot-run.ts';
import { sentence } from './log.ts';
import { join } from 'node:path';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { writeFileAtomic } from './files.ts';

const ENDING = '.json';

/** The host's wishes on disk, one file per endpoint. */
export class StateStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async readAll(): Promise<EndpointRecord[]> {
    await mkdir(this.#folder, { recursive: true });
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(ENDING)).sort();
    return Promise.all(names.map((name) => this.#read(join(this.#folder, name))));
  }

  async write(record: EndpointRecord): Promise<void> {
    await writeFileAtomic(join(this.#folder, record.endpoint + ENDING), `${JSON.stringify(record, null, 2)}\n`);
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
