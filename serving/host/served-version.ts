import type { ArtifactStore } from './artifact.ts';
import type { EnsureVersion, VersionState, VersionStatus } from '../../domain/serving-contract.ts';
import type { NamedProfile } from '../../domain/profile.ts';
import type { LaunchPad, Server } from './launch.ts';
import type { Log } from './log.ts';
import type { Timings } from './settings.ts';
import type { VersionRecord } from './records.ts';
import { adoptServer, launchServer } from './launch.ts';
import { Backoff, pause } from './backoff.ts';
import { diskFull, isDiskFull } from './disk-full.ts';
import { GiveUp } from './give-up.ts';
import { inputExample } from './smoke.ts';
import { predictPathOf, programOf } from '../runtimes/runtime.ts';
import { sentence } from './log.ts';
import { stopServer } from './model-server.ts';
import { STARTS_TO_FAILURE } from './settings.ts';
import { tailLog } from './log-file.ts';
import { probe, watchServer } from './watch-server.ts';

const LINES_IN_DETAIL = 20;
const FETCHES_TO_FAILURE = 5;

/** What a version needs of its surroundings. */
export interface VersionHome extends LaunchPad {
  readonly artifacts: ArtifactStore;
  readonly timings: Timings;
  readonly log: Log;
  /** Puts the record on disk; logs a failure instead of rejecting, since the server must go on. */
  save(): Promise<void>;
  /** Its address has become known, or is another one. */
  moved(): void;
  /** Another process serves at the same address. */
  replaced(): void;
  /** Its profile is another one. */
  profiled(): void;
}

/** One version on one endpoint: fetches it, starts its server, and starts it again for as long as it is wanted. */
export class ServedVersion {
  readonly #home: VersionHome;
  #record: VersionRecord;
  #state: VersionState = 'starting';
  #detail = 'not looked at yet';
  #failureTold = false;
  #stopping = new AbortController();
  #life: Promise<void> = Promise.resolve();
  readonly #firstLook = Promise.withResolvers<void>();

  constructor(record: VersionRecord, home: VersionHome) {
    this.#record = record;
    this.#home = home;
  }

  get record(): VersionRecord {
    return this.#record;
  }

  get state(): VersionState {
    return this.#state;
  }

  /** Its server's port once it was ready, also while it is being restarted; `null` before. */
  get address(): number | null {
    return this.#record.everReady ? this.#record.port : null;
  }

  get predictPath(): string {
    return predictPathOf(this.#record.wanted.runtime);
  }

  /** Begins, or goes on where an earlier host left off. Resolves once a server that was left running was looked at. */
  start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#life = this.#live(this.#stopping.signal).catch((error: unknown) => {
      this.#home.log('error', 'version abandoned', { key: this.#record.key, reason: sentence(error) });
    });
    return this.#record.process ? this.#firstLook.promise : Promise.resolve();
  }

  /**
   * Whether it has failed and nobody was told so yet; asking tells.
   *
   * Who waits for a version asks for it again and again, and must come to see a failure instead of setting off the next try.
   */
  hasNewFailure(): boolean {
    const isNew = this.#state === 'failed' && !this.#failureTold;
    this.#failureTold ||= isNew;
    return isNew;
  }

  /** Gives a failed version another chance, perhaps from another source or with another command. */
  async retry(wanted: EnsureVersion): Promise<void> {
    await this.#change({ wanted, failure: null });
    void this.start();
  }

  /** Keeps what is normal of its inputs and answers, for capture to count by. */
  async keepProfile(profile: NamedProfile): Promise<void> {
    await this.#change({ profile });
    this.#home.profiled();
  }

  /** Stops watching; the server goes on. */
  async leave(): Promise<void> {
    this.#stopping.abort('is left alone');
    await this.#life;
  }

  /** Ends the server. */
  async stop(): Promise<void> {
    await this.leave();
    await this.#end(this.#home.timings.graceMs);
  }

  /** One health check now: `null`, or why it was not answered within `patienceMs`, at most the host's own patience. */
  async look(patienceMs: number): Promise<string | null> {
    const { port, wanted } = this.#record;
    if (port === null) return 'it has no server';
    const { python, timings } = this.#home;
    const program = programOf(wanted.runtime, { port, model: '', python });
    const timeoutMs = Math.min(patienceMs, timings.probeTimeoutMs);
    return probe({ port, path: program.healthPath, timeoutMs, signal: this.#stopping.signal });
  }

  status(memory: ReadonlyMap<number, number>): VersionStatus {
    const { key, port, process, restarts, startedAt } = this.#record;
    return {
      key,
      state: this.#state,
      detail: this.#detail,
      address: process && port !== null ? `http://127.0.0.1:${port}` : null,
      predictPath: this.predictPath,
      pid: process?.pid ?? null,
      restarts,
      memoryBytes: process ? (memory.get(process.pid) ?? null) : null,
      startedAt,
    };
  }

  async #live(signal: AbortSignal): Promise<void> {
    try {
      if (this.#record.failure !== null) return this.#is('failed', this.#record.failure);
      await this.#keepRunning(await this.#fetch(signal), signal);
    } catch (error) {
      if (!signal.aborted) await this.#giveUp(sentence(error));
    } finally {
      this.#firstLook.resolve();
    }
  }

  async #fetch(signal: AbortSignal): Promise<string> {
    const { key, wanted, process } = this.#record;
    const backoff = this.#backoff();
    if (!process) this.#is('downloading', `fetching ${wanted.source}`);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#home.artifacts.ensure(key, wanted, signal);
      } catch (error) {
        const fault = isDiskFull(error) ? diskFull(`${key} cannot be fetched`, this.#home.artifacts.root) : error;
        if (error instanceof GiveUp || tries === FETCHES_TO_FAILURE) throw fault;
        const waitMs = backoff.next();
        this.#is('downloading', `${wanted.source}: ${sentence(fault)}; trying again in ${waitMs / 1000} s`);
        if (await pause(waitMs, signal)) throw error;
      }
    }
  }

  async #keepRunning(folder: string, signal: AbortSignal): Promise<void> {
    // Only MLflow's protocol has a form in which authors save examples.
    const speaksMlflow = this.predictPath === '/invocations';
    const example = speaksMlflow ? await inputExample(folder) : null;
    const backoff = this.#backoff();
    for (let starts = 1; !signal.aborted; starts++) {
      const reason = await this.#serve(folder, example, backoff, signal);
      if (signal.aborted) return;
      const { key, process } = this.#record;
      this.#home.log('warn', 'model server ended', { key, pid: process?.pid, reason });
      this.#is('starting', `the server ${reason}`);
      await this.#end(0);
      if (!this.#record.everReady && starts >= STARTS_TO_FAILURE) throw new GiveUp(`the server ${reason}`);
      const waitMs = backoff.next();
      this.#is('starting', `the server ${reason}; starting it again in ${waitMs / 1000} s`);
      if (await pause(waitMs, signal)) return;
      await this.#change({ restarts: this.#record.restarts + 1 });
    }
  }

  /** Runs one server to its end, and returns why it ended in half a sentence. */
  async #serve(folder: string, example: string | null, backoff: Backoff, signal: AbortSignal): Promise<string> {
    const { everReady } = this.#record;
    try {
      const server = (await adoptServer(this.#record)) ?? (await this.#launch(folder));
      return await this.#watch(server, example, backoff, signal);
    } catch (error) {
      // It did serve once: whatever is in the way now may pass, and giving up would leave its traffic without a server.
      if (error instanceof GiveUp && everReady) return `does not come back: ${sentence(error)}`;
      throw error;
    }
  }

  async #launch(folder: string): Promise<Server> {
    this.#is('starting', 'starting its server');
    const moved = this.address;
    const server = await launchServer(this.#record, folder, this.#home);
    await this.#change({ process: server.process, port: server.port, startedAt: new Date().toISOString() });
    if (moved !== this.address) this.#home.moved();
    else if (moved !== null) this.#home.replaced();
    return server;
  }

  #watch(server: Server, example: string | null, backoff: Backoff, signal: AbortSignal): Promise<string> {
    const { python, timings } = this.#home;
    const { everReady, wanted } = this.#record;
    const program = programOf(wanted.runtime, { port: server.port, model: '', python });
    const until = AbortSignal.any([signal, server.ended]);
    let readySince: number | null = null;
    const watched = { ...server, program, example, timings, wasReady: server.adopted && everReady };
    return watchServer(watched, until, async (seen) => {
      readySince = seen.state === 'ready' ? (readySince ?? Date.now()) : null;
      if (readySince !== null && Date.now() - readySince > timings.healthyMs) backoff.reset();
      if (seen.state === 'ready' && !this.#record.everReady) {
        await this.#change({ everReady: true });
        this.#home.moved();
      }
      this.#is(seen.state, seen.detail);
      this.#firstLook.resolve();
    });
  }

  async #giveUp(reason: string): Promise<void> {
    await this.#end(this.#home.timings.graceMs);
    const lines = this.#record.startedAt === null ? [] : await tailLog(this.#home.logFile, LINES_IN_DETAIL);
    const failure = [reason, ...lines].join('\n');
    await this.#change({ failure });
    this.#failureTold = false;
    this.#is('failed', failure);
  }

  async #end(graceMs: number): Promise<void> {
    const { process } = this.#record;
    if (!process) return;
    await stopServer(process, graceMs);
    await this.#change({ process: null });
  }

  #backoff(): Backoff {
    return new Backoff(this.#home.timings.backoffMs, this.#home.timings.backoffCapMs);
  }

  #is(state: VersionState, detail: string): void {
    const { key } = this.#record;
    if (state !== this.#state)
      this.#home.log(state === 'failed' ? 'error' : 'info', `version ${state}`, { key, detail });
    this.#state = state;
    this.#detail = detail;
  }

  async #change(change: Partial<VersionRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await this.#home.save();
  }
}
