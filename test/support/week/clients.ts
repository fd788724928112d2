import { randomUUID } from 'node:crypto';
import { Poster } from '../../../examples/digits/traffic/post.ts';

/** What one client asks. */
export interface Question {
  readonly body: unknown;
  /** Header `x-user-id`. */
  readonly user?: string;
}

/** One answered prediction as its client saw it. */
export interface Answered {
  readonly requestId: string;
  readonly user: string | undefined;
  /** The key of the version that answered. */
  readonly version: string;
  /** The first prediction of the answer. */
  readonly prediction: unknown;
}

const TIMEOUT_MS = 30_000;
/** Questions open at a time: the clients of a machine that is short of time ask less. */
const MOST_OPEN = 32;

/** Clients of an endpoint, who go on asking whatever becomes of the answers. */
export class Clients {
  readonly answered: Answered[] = [];
  readonly failures: string[] = [];
  readonly #url: URL;
  readonly #next: () => Question;
  readonly #heard: (answer: Answered) => void;
  readonly #poster = new Poster(MOST_OPEN);
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  /** @param everyMs time between two questions; @param heard is told of each answer */
  constructor(
    url: string,
    {
      everyMs,
      next,
      heard = () => undefined,
    }: {
      readonly everyMs: number;
      readonly next: () => Question;
      readonly heard?: (answer: Answered) => void;
    },
  ) {
    this.#url = new URL(url);
    this.#next = next;
    this.#heard = heard;
    this.#timer = setInterval(() => {
      if (this.#open.size >= MOST_OPEN) return;
      const asked = this.#ask(this.#next()).finally(() => this.#open.delete(asked));
      this.#open.add(asked);
    }, everyMs);
  }

  /** What a version answered; by the number that the registry gave it. */
  answeredBy(number: string): Answered[] {
    return this.answered.filter(({ version }) => version.startsWith(`v${number}-`));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#poster.close();
  }

  async #ask({ body, user }: Question): Promise<void> {
    const requestId = randomUUID();
    const headers = {
      'content-type': 'application/json',
      'x-request-id': requestId,
      ...(user !== undefined && { 'x-user-id': user }),
    };
    try {
      const post = { url: this.#url, headers, body: JSON.stringify(body), timeoutMs: TIMEOUT_MS };
      const answer = await this.#poster.send(post);
      if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body.slice(0, 200)}`);
      const { predictions } = JSON.parse(answer.body) as { predictions: unknown[] };
      const heard = { requestId, user, version: String(answer.version), prediction: predictions[0] };
      this.answered.push(heard);
      this.#heard(heard);
    } catch (error) {
      this.failures.push(String(error));
    }
  }
}
