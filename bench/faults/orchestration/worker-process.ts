import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** Long enough for a busy machine; a worker is ready in about two seconds. */
const START_LIMIT_MS = 120_000;

/** What a worker process needs to find. */
export interface WorkerPlace {
  readonly temporal: string;
  readonly bundle: string;
  readonly world: string;
}

/**
 * What a worker process does: all that one does in production, or a part of it, so that an activity can end while nobody
 * takes its answer up, and so that one can stand still while the rest goes on.
 */
export type Role = 'all' | 'all but traffic' | 'traffic' | 'workflows' | 'activities';

/** A worker as the operating system sees it. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
  }

  /** Resolves once it polls. */
  static async start(place: WorkerPlace, role: Role = 'all'): Promise<WorkerProcess> {
    const args = [WORKER, place.temporal, place.bundle, place.world, role];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const started = new WorkerProcess(child);
    const slow = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    await Promise.race([
      once(child.stdout, 'data'),
      started.#exited.then(() => Promise.reject(new Error('a worker process ended before it was ready'))),
    ]);
    clearTimeout(slow);
    return started;
  }

  /** Stops where it stands, without a word; see {@link resume}. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** As the kernel would when memory runs out. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** As an operator would: it hands over what it can. */
  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
    await this.#exited;
    clearTimeout(late);
  }
}
