import { randomBytes } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';

/** Enough for the host's and Envoy's files to be written once more. */
const BYTES = 1024 * 1024;

/** Space on the disk that is set aside, so that the way back of a rollout can be written down when all the rest is full. */
export class Reserve {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Sets the space aside if it is not, as far as there is any. */
  async fill(): Promise<void> {
    const size = await stat(this.#file).then(
      (found) => found.size,
      () => 0,
    );
    if (size === BYTES) return;
    // Random, since some file systems compress what is not.
    await writeFile(this.#file, randomBytes(BYTES)).catch(() => this.release());
  }

  async release(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
