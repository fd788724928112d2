import { setTimeout as delay } from 'node:timers/promises';
import type { Notice, NoticeFacts } from '../domain/notice.ts';
import { originHere, sendNotice, type NoticeOrigin } from './alerts/notices.ts';
import type { Deps } from './deps.ts';

/** How often a notice is tried that does not get through, the pause doubling each time from the first, in milliseconds. */
const TRIES = 8;
const FIRST_PAUSE_MS = 1_000;

/** Tells people something while an activity goes on with its work; in order, and tried again when it does not get through. */
export class Alarm {
  readonly #deps: Deps;
  readonly #facts: NoticeFacts;
  readonly #origin: NoticeOrigin = originHere();
  #last: Promise<void> = Promise.resolve();

  constructor(deps: Deps, facts: NoticeFacts) {
    this.#deps = deps;
    this.#facts = facts;
  }

  raise(notice: Notice): void {
    const raised = { ...this.#origin, at: this.#deps.clock() };
    this.#last = this.#last.then(() => this.#deliver(notice, raised));
  }

  async #deliver(notice: Notice, origin: NoticeOrigin): Promise<void> {
    const has = new Set<number>();
    for (let tries = 1, pause = FIRST_PAUSE_MS; tries <= TRIES; tries += 1, pause *= 2) {
      const through = await sendNotice(this.#deps, this.#facts, notice, origin, has).then(
        () => true,
        () => false,
      );
      if (through) return;
      await delay(pause, undefined, { ref: false });
    }
  }
}
