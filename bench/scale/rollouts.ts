import { RolloutClient } from '../../client/rollout-client.ts';
import type { Duration } from '../../domain/duration.ts';
import type { RolloutSpec } from '../../domain/rollout-spec.ts';
import { MODEL } from './fake-registry.ts';
import { TARGET } from './stack.ts';

export type Kind = 'canary' | 'soak';

/** How often gate batches are sealed, and a soak's windows end. */
export interface Pace {
  readonly batch: Duration;
  readonly window: Duration;
}

/** Starts under way at a time: Temporal takes them as fast as it can. */
const CONCURRENCY = 16;

/** A thousand take some minutes, milliseconds. */
const PATIENCE_MS = 400_000;

/** The rollouts of one run, each on an endpoint of its own, and in the stage that they are to stay in. */
export class Rollouts {
  readonly #client: RolloutClient;
  readonly #pace: Pace;
  readonly endpoints: Record<Kind, string[]> = { canary: [], soak: [] };
  #next = 1;

  private constructor(client: RolloutClient, pace: Pace) {
    this.#client = client;
    this.#pace = pace;
  }

  static async connect(address: string, pace: Pace): Promise<Rollouts> {
    return new Rollouts(await RolloutClient.connect(address), pace);
  }

  get all(): string[] {
    return [...this.endpoints.soak, ...this.endpoints.canary];
  }

  get count(): number {
    return this.all.length;
  }

  /** Starts as many more as are missing, and waits until each is watched. */
  async grow(kind: Kind, count: number, watched: (endpoints: readonly string[]) => Promise<boolean>): Promise<void> {
    const fresh = Array.from({ length: Math.max(0, count - this.endpoints[kind].length) }, () => `e${this.#next++}`);
    const queue = [...fresh];
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (let name = queue.shift(); name !== undefined; name = queue.shift()) await this.#start(name, kind);
      }),
    );
    this.endpoints[kind].push(...fresh);
    for (const until = Date.now() + PATIENCE_MS; !(await watched(fresh));) {
      if (Date.now() > until) throw new Error(`of ${fresh.length} new rollouts some never came to their ${kind}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #start(endpoint: string, kind: Kind): Promise<void> {
    const spec: RolloutSpec = {
      endpoint,
      target: TARGET,
      model: MODEL,
      version: '2',
      runtime: { kind: 'command', command: ['serve', '{port}'] },
      shadow: false,
      canary: kind === 'soak' ? { steps: [] } : { steps: [10], minDuration: '6h', maxDuration: '12h' },
      soak: { duration: '24h', window: this.#pace.window },
      gates: { batch: this.#pace.batch },
    };
    await this.#client.start({ spec, by: 'bench', requestId: endpoint, supersede: false });
  }
}
