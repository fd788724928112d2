import { RolloutClient } from '../../../client/rollout-client.ts';
import { Clients } from './clients.ts';
import { HostLooks } from './endpoints.ts';
import { furnish } from './furnish.ts';
import { CALM, type Lane, type Pace } from './lanes.ts';
import { PATHS, type Cell } from './matrix.ts';
import { seeded } from './random.ts';
import { playRound, type Campaign, type Round } from './round.ts';
import { RealStack } from './stack.ts';
import { TemporalLooks } from './temporal-look.ts';

/** One request every so many milliseconds to each of the three endpoints. */
const EVERY_MS = 40;

/** A real stack with clients on it and an endpoint for each path, on which one fault is inflicted after the other. */
export class Rounds {
  readonly #campaign: Campaign;
  readonly #closing: readonly (() => Promise<unknown>)[];
  #lanes: readonly Lane[] = [];
  #count = 0;

  private constructor(campaign: Campaign, closing: readonly (() => Promise<unknown>)[]) {
    this.#campaign = campaign;
    this.#closing = closing;
  }

  /** Brings all of it up; half a minute. */
  static async open(seed: number, pace: Pace = CALM): Promise<Rounds> {
    const closing: (() => Promise<unknown>)[] = [];
    try {
      const stack = await RealStack.start();
      closing.unshift(() => stack.stop());
      const rollouts = await RolloutClient.connect(stack.addresses.temporal);
      closing.unshift(() => rollouts.close());
      const looks = await TemporalLooks.connect(stack.addresses.temporal);
      closing.unshift(() => looks.close());
      const clients = new Clients(stack.host.gateway, EVERY_MS);
      closing.unshift(() => clients.stop());
      const { database: databaseUrl, mlflow } = stack.addresses;
      const host = new HostLooks(stack.host);
      const random = seeded(seed);
      const rounds = new Rounds({ stack, host, rollouts, looks, clients, databaseUrl, mlflow, random, pace }, closing);
      rounds.#lanes = await Promise.all(PATHS.map((path) => rounds.#lane(path, path)));
      return rounds;
    } catch (error) {
      await closeAll(closing);
      throw error;
    }
  }

  /** Requests that clients have sent in all. */
  get requests(): number {
    return this.#campaign.clients.sent;
  }

  /** Inflicts one fault, which lasts `ms` if it passes by itself, while a rollout is under way on each path. */
  async play(cell: Cell, ms: number): Promise<Round> {
    this.#count += 1;
    let serving: Round['serving'] = [];
    try {
      const round = await playRound(this.#campaign, this.#lanes, cell, ms);
      serving = round.serving;
      return round;
    } finally {
      this.#lanes = await Promise.all(this.#lanes.map((lane, at) => this.#after(lane, serving[at] ?? 'unknown')));
    }
  }

  close(): Promise<void> {
    return closeAll(this.#closing);
  }

  async #lane(path: Lane['path'], endpoint: string): Promise<Lane> {
    const lane = await furnish(this.#campaign, path, endpoint);
    this.#campaign.clients.call(endpoint);
    return lane;
  }

  /** The other version's turn; where a rollout has not come to an end, a new endpoint takes the place of the old one. */
  async #after(lane: Lane, serving: Round['serving'][number]): Promise<Lane> {
    switch (serving) {
      case 'stable':
        return lane;
      case 'candidate':
        return { ...lane, version: lane.version === '1' ? '2' : '1' };
      case 'unknown':
        this.#campaign.clients.leave(lane.endpoint);
        return this.#lane(lane.path, `${lane.path}-${this.#count + 1}`);
    }
  }
}

async function closeAll(closing: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closing) await close().catch(() => undefined);
}
