import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignRow } from '../row.ts';
import type { Arena } from './arena.ts';
import type { Play, Recovery } from './play.ts';
import { WorkerProcess } from './worker-process.ts';
import type { Port } from './world-call.ts';

export const FAULTS = ['kill -9', 'stop', 'restart', 'connection refused', 'garbage'] as const;

/** A fault and when it comes, drawn before anything runs: the same seed gives the same plan. */
export interface Strike {
  readonly kind: (typeof FAULTS)[number];
  /** The part that does not answer, where the fault is not one of the worker. */
  readonly port: Port;
  readonly afterMs: number;
  readonly lastsMs: number;
}

/** A strike that was carried out, and what became of the rollouts that were open then. */
interface Struck {
  readonly component: string;
  readonly kind: Strike['kind'];
  readonly hit: readonly Recovery[];
}

/** The worker that strikes hit, each time with another one in its place afterwards. */
export class Striking {
  readonly #arena: Arena;
  readonly #open: ReadonlySet<Play>;
  readonly #struck: Struck[] = [];
  readonly #leaving: Promise<void>[] = [];
  #worker!: WorkerProcess;

  constructor(arena: Arena, open: ReadonlySet<Play>) {
    this.#arena = arena;
    this.#open = open;
  }

  async start(): Promise<void> {
    this.#worker = await WorkerProcess.start(this.#arena.place);
  }

  async strike({ kind, port, lastsMs }: Strike): Promise<void> {
    const open = [...this.#open];
    const hit: Recovery[] = [];
    const ended = () => hit.push(...open.map((play) => play.recoveryFromNow()));
    switch (kind) {
      case 'kill -9':
      case 'restart':
        await (kind === 'restart' ? this.#worker.end() : this.#worker.kill());
        ended();
        await this.start();
        break;
      case 'stop': {
        const zombie = this.#worker;
        zombie.freeze();
        ended();
        await this.start();
        await delay(lastsMs);
        zombie.resume();
        this.#leaving.push(zombie.end());
        break;
      }
      default:
        this.#arena.outage = { port, answers: kind === 'garbage' ? 'garbage' : 'hang up' };
        await delay(lastsMs);
        this.#arena.outage = null;
        ended();
    }
    const component = kind === 'connection refused' || kind === 'garbage' ? port : 'worker';
    this.#struck.push({ component, kind, hit });
  }

  /** Resolves once no attempt of any worker can do anything any more. */
  async end(): Promise<void> {
    await Promise.all([...this.#leaving, this.#worker.end()]);
  }

  /** One for each part and fault; what was found wrong stands in the first one, since the faults overlap. */
  rows(path: string, found: Pick<CampaignRow, 'violations' | 'failedRequests' | 'notes'>): CampaignRow[] {
    const groups = Map.groupBy(this.#struck, ({ kind, component }) => `${component}|${kind}`);
    return [...groups.values()].map((group, at) => ({
      component: group[0]?.component ?? '',
      fault: group[0]?.kind ?? '',
      path,
      boundary: 'random times',
      runs: group.length,
      mustFail: false,
      recoveryMs: group.flatMap(({ hit }) => hit.flatMap(({ recoveryMs }) => recoveryMs ?? [])),
      ...(at === 0 ? found : { violations: 0, failedRequests: 0 }),
    }));
  }
}
