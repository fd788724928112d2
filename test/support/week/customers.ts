import { setTimeout as delay } from 'node:timers/promises';
import { Clients, type Answered } from './clients.ts';
import { PARCELS, parcelsFrom, predictionsOf } from './parcels.ts';
import type { Week } from './week.ts';

/** The reward of a parcel that is handed over: its customer was told rightly when to be at home. */
export const RECEIVED = 'received';

const EVERY_MS = 250;

/** Customers of one parcel each, who are at home for it where they were told rightly whether it comes late. */
export class Customers {
  readonly #week: Week;
  readonly #clients: Clients;
  readonly #awaited = new Map<string, boolean>();
  readonly #told: Promise<void>;
  #received: { endpoint: string; requestId: string; rewards: Record<string, number> }[] = [];
  #isOver = false;

  private constructor(week: Week, parcel: Awaited<ReturnType<typeof parcelsFrom>>) {
    this.#week = week;
    let customers = 0;
    const next = () => {
      const { inputs, isLate } = parcel();
      const user = `customer ${++customers}`;
      this.#awaited.set(user, isLate);
      return { body: { inputs: [inputs] }, user };
    };
    this.#clients = new Clients(predictionsOf(week), { everyMs: 25, next, heard: (answer) => this.#hear(answer) });
    this.#told = this.#tell();
    // Told by `stop`.
    this.#told.catch(() => undefined);
  }

  static async of(week: Week, kind: 'city' | 'country'): Promise<Customers> {
    return new Customers(week, await parcelsFrom(week, kind));
  }

  /** @throws what the serving host refused */
  async stop(): Promise<readonly string[]> {
    await this.#clients.stop();
    this.#isOver = true;
    await this.#told;
    return this.#clients.failures;
  }

  #hear({ user = '', prediction, requestId }: Answered): void {
    if (this.#awaited.get(user) === (prediction === 1))
      this.#received.push({ endpoint: PARCELS.endpoint, requestId, rewards: { [RECEIVED]: 1 } });
    this.#awaited.delete(user);
  }

  async #tell(): Promise<void> {
    const { serving, token } = this.#week.stack;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    while (!this.#isOver) {
      await delay(EVERY_MS);
      const body = JSON.stringify(this.#received.splice(0));
      const answer = await fetch(`${serving}/outcomes`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`rewards: HTTP ${answer.status}: ${await answer.text()}`);
    }
  }
}
