import { Agent, request } from 'node:http';
import { randomUUID } from 'node:crypto';

/** A request that was not answered with 200; `at` is when it was sent, `ended` when it failed, both ms since 1970. */
export interface FailedRequest {
  readonly endpoint: string;
  readonly at: number;
  readonly ended: number;
  readonly why: string;
}

/** Longer than any fault lasts: a request that is only late has not failed. */
const PATIENCE_MS = 90_000;

/** Clients that send predictions to several endpoints all the time, and remember every failure. */
export class Clients {
  readonly failed: FailedRequest[] = [];
  sent = 0;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #lastAnswer = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #gateway: string;
  readonly #everyMs: number;
  #open = 0;

  constructor(gateway: string, everyMs: number) {
    this.#gateway = gateway;
    this.#everyMs = everyMs;
  }

  /** Begins to send requests to an endpoint. */
  call(endpoint: string): void {
    const url = `${this.#gateway}/${endpoint}/invocations`;
    this.#timers.set(
      endpoint,
      setInterval(() => this.#send(endpoint, url), this.#everyMs),
    );
  }

  /** Sends no more to it. */
  leave(endpoint: string): void {
    clearInterval(this.#timers.get(endpoint));
    this.#timers.delete(endpoint);
  }

  /** When a version last answered, in milliseconds since 1970; 0 for never. */
  lastAnswer(endpoint: string, version: string): number {
    return this.#lastAnswer.get(`${endpoint}/${version}`) ?? 0;
  }

  /** Requests that a version has answered. */
  answers(endpoint: string, version: string): number {
    return this.#answers.get(`${endpoint}/${version}`) ?? 0;
  }

  /** Failures of an endpoint at or after a time, whenever their requests were sent. */
  failedSince(time: number, endpoint: string): FailedRequest[] {
    return this.failed.filter((failure) => failure.endpoint === endpoint && failure.ended >= time);
  }

  async stop(): Promise<void> {
    for (const endpoint of [...this.#timers.keys()]) this.leave(endpoint);
    const deadline = Date.now() + PATIENCE_MS;
    while (this.#open > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    this.#agent.destroy();
  }

  #send(endpoint: string, url: string): void {
    const at = Date.now();
    this.#open += 1;
    this.sent += 1;
    const ends = (why: string | null) => {
      this.#open -= 1;
      if (why !== null) this.failed.push({ endpoint, at, ended: Date.now(), why });
    };
    const headers = { 'content-type': 'application/json', 'x-request-id': randomUUID() };
    const options = { method: 'POST', agent: this.#agent, headers, timeout: PATIENCE_MS };
    const sending = request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', (error) => ends(error.message));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const wrong = response.statusCode !== 200 || text !== '{"predictions": [1]}';
        ends(wrong ? `${response.statusCode} ${text.slice(0, 120)}` : null);
        const key = `${endpoint}/${String(response.headers['x-model-version'])}`;
        this.#lastAnswer.set(key, Date.now());
        this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
      });
    });
    sending.on('timeout', () => sending.destroy(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)));
    sending.on('error', (error) => ends(error.message));
    sending.end('{"inputs": [[1]]}');
  }
}
