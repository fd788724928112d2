import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from './files.ts';
import type { PartName } from './part.ts';
import type { Ports } from './ports.ts';
import type { ProcessIdentity } from './process-table.ts';

/** A process that `up` started; it leads a process group of its own. */
export interface StartedProcess extends ProcessIdentity {
  /** ISO 8601. */
  readonly since: string;
  /** Digest of its command and settings: another one means that it has to be started again. */
  readonly settings: string;
}

/** `stack.json`: what `up` started and where it listens. Holds no secret. */
export interface StackRecord {
  readonly format: 1;
  /** Kept after `down`, so that addresses stay. */
  readonly ports: Partial<Ports>;
  /** The parts that the last `up` was asked for; empty after `down`. */
  readonly wanted: readonly PartName[];
  readonly processes: Readonly<Partial<Record<PartName, StartedProcess>>>;
}

const EMPTY: StackRecord = { format: 1, ports: {}, wanted: [], processes: {} };

export async function readRecord(file: string): Promise<StackRecord> {
  try {
    return { ...EMPTY, ...(JSON.parse(await readFile(file, 'utf8')) as StackRecord) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
    throw new Error(`${file} cannot be read; after making sure that nothing of the stack runs, remove it`, {
      cause: error,
    });
  }
}

/** The record on disk, changed by one part after the other. */
export class RecordFile {
  readonly #file: string;
  #record: StackRecord;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string, record: StackRecord) {
    this.#file = file;
    this.#record = record;
  }

  get record(): StackRecord {
    return this.#record;
  }

  change(change: (record: StackRecord) => StackRecord): Promise<void> {
    this.#record = change(this.#record);
    this.#writing = this.#writing.then(() => writeFileAtomic(this.#file, `${JSON.stringify(this.#record, null, 2)}\n`));
    return this.#writing;
  }

  setProcess(part: PartName, started: StartedProcess | null): Promise<void> {
    return this.change((record) => {
      const { [part]: _, ...others } = record.processes;
      return { ...record, processes: started ? { ...others, [part]: started } : others };
    });
  }
}
