import type { ProcessRef } from './process-table.ts';
import type { VersionRecord } from './records.ts';
import { freePort, isFree } from './ports.ts';
import { GiveUp } from './give-up.ts';
import { isRunning } from './process-table.ts';
import { programOf } from '../runtimes/runtime.ts';
import { startServer, sweepServer } from './model-server.ts';

/** A server that runs, whoever started it. */
export interface Server {
  readonly process: ProcessRef;
  readonly port: number;
  /** Left running by an earlier host. */
  readonly adopted: boolean;
  /** Aborts when the process ends, with how it did as the reason; never for an adopted one. */
  readonly ended: AbortSignal;
}

/** What starting takes besides the version itself. */
export interface LaunchPad {
  readonly python: string;
  readonly owner: string;
  readonly logFile: string;
  takenPorts(): ReadonlySet<number>;
}

/** The server of an earlier host, if the same process still runs; otherwise what is left of it is swept away. */
export async function adoptServer({ process, port }: VersionRecord): Promise<Server | null> {
  if (!process || port === null) return null;
  if (await isRunning(process)) return { process, port, adopted: true, ended: new AbortController().signal };
  await sweepServer(process);
  return null;
}

/** Starts a server, on its last port if that is free: then nobody has to be told. */
export async function launchServer(record: VersionRecord, folder: string, pad: LaunchPad): Promise<Server> {
  const { port: last, wanted } = record;
  const port = last !== null && (await isFree(last)) ? last : await freePort(pad.takenPorts());
  const program = programOf(wanted.runtime, { port, model: folder, python: pad.python });
  try {
    const started = await startServer({ program, folder, logFile: pad.logFile, owner: pad.owner });
    return { ...started, port, adopted: false };
  } catch (error) {
    throw new GiveUp(`cannot start ${program.command[0]}`, { cause: error });
  }
}
