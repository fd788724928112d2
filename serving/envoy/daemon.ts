import { setTimeout as delay } from 'node:timers/promises';
import { spawnDetached } from './daemon-spawn.ts';
import { forget, recall, tail } from './daemon-record.ts';
import type { DaemonRecord } from './daemon-record.ts';
import { isRunning, signal } from './process-identity.ts';

export interface DaemonOptions {
  /** For messages, and the stem of its log and record in `stateDir`. */
  readonly name: string;
  readonly stateDir: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** A process that was started with another one is replaced, not adopted. */
  readonly fingerprint: string;
  /** Whether the process does its work. Must not reject. */
  readonly answers: () => Promise<boolean>;
  /** Refuses by throwing, before a process is started. */
  readonly beforeStart?: () => Promise<void>;
  /** Lets a process that works come to a good end before it is told to go. May reject. */
  readonly beforeEnd?: () => Promise<void>;
}

/** A process that goes on when its starter dies, is found again by the next one, and is started anew when it dies. */
export interface Daemon {
  /** Adopts the running process or starts one; rejects when a new one does not come to answer. */
  start(): Promise<void>;
  /** The process that runs now, or `null` between two. */
  readonly running: DaemonRecord | null;
  /** Why there is none, in one sentence. */
  readonly fault: string | null;
  /** Leaves the process alone from now on, without ending it. */
  release(): void;
  /** Ends it: asked first, by force after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

const WATCH_MS = 200;
const START_LIMIT_MS = 20_000;
/** Long: to replace a proxy that is only slow would cost the very requests it is there for. */
const ADOPT_LIMIT_MS = 10_000;
const BACKOFF_MS = { first: 100, most: 5000 };
/** A process that lived so long has shown that it can: the next death begins the backoff anew. */
const SETTLED_MS = 30_000;

export function createDaemon(options: DaemonOptions): Daemon {
  const { name, stateDir, fingerprint, answers } = options;
  let running: DaemonRecord | null = null;
  let fault: string | null = null;
  let watching: AbortController | null = null;
  let watched: Promise<void> = Promise.resolve();

  async function adopt(): Promise<DaemonRecord | null> {
    const found = recall(stateDir, name);
    if (found === null || !isRunning(found)) return null;
    if (found.fingerprint === fingerprint && (await eventually(answers, ADOPT_LIMIT_MS, found))) return found;
    await retire(found, 2000);
    return null;
  }

  async function retire(record: DaemonRecord, graceMs: number): Promise<void> {
    if (isRunning(record)) await options.beforeEnd?.().catch(() => undefined);
    await end(record, graceMs);
  }

  async function launch(): Promise<DaemonRecord> {
    await options.beforeStart?.();
    const record = spawnDetached(options);
    if (await eventually(answers, START_LIMIT_MS, record)) return record;
    await end(record, 1000);
    throw new Error(`${name} did not start:\n${tail(stateDir, name)}`);
  }

  async function watch(abort: AbortSignal): Promise<void> {
    let backoff = BACKOFF_MS.first;
    while (!abort.aborted) {
      if (running && isRunning(running)) {
        await pause(WATCH_MS, abort);
        continue;
      }
      if (running && Date.now() - Date.parse(running.startedAt) > SETTLED_MS) backoff = BACKOFF_MS.first;
      fault ??= `${name} ended by itself: ${tail(stateDir, name).trim().split('\n').at(-1) ?? ''}`;
      running = null;
      try {
        const next = await launch();
        // Asked to stop while it started: nobody else knows this one yet.
        if (abort.aborted) await end(next, 1000);
        else [running, fault] = [next, null];
      } catch (error) {
        fault = error instanceof Error ? error.message : String(error);
      }
      await pause(backoff, abort);
      backoff = Math.min(backoff * 2, BACKOFF_MS.most);
    }
  }

  return {
    async start() {
      try {
        running = (await adopt()) ?? (await launch());
        fault = null;
      } catch (error) {
        fault = error instanceof Error ? error.message : String(error);
        throw error;
      }
      watching = new AbortController();
      watched = watch(watching.signal);
    },
    get running() {
      return running && isRunning(running) ? running : null;
    },
    get fault() {
      return fault;
    },
    release() {
      watching?.abort();
    },
    async stop(graceMs) {
      watching?.abort();
      await watched;
      const record = running ?? recall(stateDir, name);
      if (record) await retire(record, graceMs);
      forget(stateDir, name);
      running = null;
    },
  };
}

/** Keeps no process alive, and ends early when nobody waits for its end any more. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ref: false, signal }).catch(() => undefined);
}

async function eventually(answers: () => Promise<boolean>, limitMs: number, record: DaemonRecord): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline && isRunning(record)) {
    if (await answers()) return true;
    await delay(20);
  }
  return false;
}

async function end(record: DaemonRecord, graceMs: number): Promise<void> {
  signal(record, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(record) && Date.now() < deadline) await delay(10);
  signal(record, 'SIGKILL');
  while (isRunning(record)) await delay(10);
}
